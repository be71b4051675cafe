/* SPDX-License-Identifier: LGPL-2.1-or-later */
const char *a = C_("a", "b");
