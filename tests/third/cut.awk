# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# Prints functions out of a file that does not compile on its own: from the one named
# FIRST to the end of the one named LAST, with what is between them.
index($0, FIRST) == 1 && !on { on = 1; print "NV_STATUS" }
on { print }
on && index($0, LAST) == 1 { last = 1 }
last && /^}/ { done = 1; exit }
END { if (!done) { print "no " FIRST " to " LAST " in " FILENAME > "/dev/stderr"; exit 1 } }
