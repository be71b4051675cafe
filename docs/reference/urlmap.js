// SPDX-License-Identifier: LGPL-2.1-or-later
// No links to manuals elsewhere: this one is read without a network.
baseURLs = [];
