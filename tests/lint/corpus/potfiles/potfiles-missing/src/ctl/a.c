/* SPDX-License-Identifier: LGPL-2.1-or-later */
const char *a = g_dngettext (NULL, "a", "b", 1);
