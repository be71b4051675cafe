/* SPDX-License-Identifier: LGPL-2.1-or-later */
const char *a = _ ("at most %" G_GINT64_FORMAT
                   " bytes");
