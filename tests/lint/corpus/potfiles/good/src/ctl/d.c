#define _(text) text
int my_ (void); /* _("x") */
