// SPDX-License-Identifier: LGPL-2.1-or-later
// What the generated half brings, for checking runtime.ts by itself.
type BoternityErrorCode = string;
