/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/* Carries out secret.import: every line that can be read is kept, one after the other; the answer says what was not, and why. */
void bty_secret_import_run (BtyCall *call);
