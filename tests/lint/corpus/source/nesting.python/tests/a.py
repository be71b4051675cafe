# SPDX-License-Identifier: LGPL-2.1-or-later
def f(a):
    for b in a:
        if b:
            while b:
                with b:
                    if a:
                        return 1
