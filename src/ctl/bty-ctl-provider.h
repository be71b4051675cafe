/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/* Remarks about models that are not asked for a while; @statuses: (element-type BtyProviderStatus) */
void bty_ctl_provider_tell_breakers (GPtrArray *statuses);
