"""Where everything is in the two arrays that a replication consists of, and what the codes mean.

A replication is `n` (whole numbers) and `x` (real numbers). Both begin with a header (`W_`, `WX_`), the model's
numbers follow, then tables of records of fixed width, whose first place the header holds (`AT_`). Two arrays
instead of twenty keep compilation short and calls cheap.
"""

from __future__ import annotations

# what a row of the step table does
SEIZE, RELEASE, DELAY, ROUTE, PATIENCE, END_PATIENCE, MARK, TALLY, RECLASS, LEAVE = range(10)

# by what a line of a row's table is chosen
BY_NOTHING, BY_CLASS, BY_ATTRIBUTE, BY_VISIT, BY_HOUR, BY_HOUR_OF_WEEK, BY_QUEUE, BY_WEEKDAY, BY_PATIENT = range(9)

# of a table by patient: how others are chosen, of what; how many patients it knows, where their lines are, and of which
# list they are (0: of any)
G_BY, G_OF, G_COUNT, G_PAIRS, G_SOURCE, G_WIDE = range(6)

# kinds of duration
NEVER, FIXED, EXPONENTIAL, LOGNORMAL, WEIBULL, NORMAL, UNIFORM, SPLINE, EMPIRICAL, MIXTURE = range(10)

# kinds of arrivals
RATE, GAP, LIST = range(3)

# kinds of calendar event
ARRIVE, FINISH, IMPATIENT, AGE, WORSEN, SHIFT, CLEANED, SAMPLE = range(8)

# what a patient is doing
ABSENT, READY, BUSY, WAITING, INTERRUPTED = range(5)

# why the engine came back
DONE, GROW, PAUSE, STUCK = range(4)

# kinds of line in the log
LOG_ARRIVE, LOG_HOLD, LOG_DELAY, LOG_LEFT_QUEUE, LOG_REFUSED, LOG_PASS, LOG_LEAVE = range(7)

FOREVER = 1.0e300  # a moment that never comes
LONG = 1.0e6  # hours after which no clock is looked at
UNLIMITED = 1 << 40
WHO_BITS = 24  # of a calendar code; 4 bits for the kind of event and the sequence number stand above
UNITS_SHIFT = 12  # in the `who` of a unit that is being cleaned: resource below, units above
INSTANT_LIMIT = 50_000_000  # events at one moment before the engine says that time stands still

# purpose of a draw that belongs to a list of arrivals and not to a step
DRAW_GAP, DRAW_LEVEL = 0xA1, 0xA2
DRAW_EVEN = 0xA3  # of draws that are spread evenly over the patients of a step
DRAW_HELD = 0xA4  # of the draw beside a step's own: is this patient kept over days of rest?

# header of n: counters and switches, then sizes, then the first place of each table
(
    W_COUNTING, W_OPENING, W_SAME_TIME, W_EVENTS, W_BUDGET, W_SEQUENCE, W_CALENDAR, W_FREE, W_READY, W_LAST_READY,
    W_LINES, W_LOGGING, W_SAMPLES, W_SERIAL, W_INSIDE, W_MARGIN, W_BURSTS, W_KEY0, W_KEY1, W_EVEN,
    W_CLEANS,
    N_PLACES, N_CLASSES, N_STEPS, N_STATIONS, N_SOURCES, N_ATTRIBUTES, N_VISITS, N_MARKS, N_SAMPLES, N_HOURS,
    N_CHANGES, N_CALENDAR, N_PATIENTS, N_LINES,
    AT_ROWS, AT_DURATIONS, AT_HOURS, AT_HEADS, AT_STATIONS, AT_SOURCES, AT_TALLIES, AT_WITHIN, AT_PASSES, AT_ARRIVED,
    AT_SAMPLES, AT_CALENDAR, AT_PATIENTS, AT_NODES, AT_HOLDINGS, AT_ATTRIBUTES, AT_VISITS, AT_LINES,
    AT_DURATIONS_X, AT_STATIONS_X, AT_SOURCES_X, AT_TALLIES_X, AT_CALENDAR_X, AT_PATIENTS_X, AT_HOLDINGS_X, AT_MARKS,
    AT_LINES_X, HEADER,
) = range(63)  # fmt: skip

# header of x
WX_NOW, WX_COUNTED, WX_HORIZON, WX_WARM_UP, WX_HOUR, WX_PHASE, WX_SAMPLE_EVERY, HEADER_X = range(8)

# a row of the step table; what FIRST, LEVELS, WIDTH and TARGETS point to depends on OP; who
# comes to one that DECIDES is from then on as the others, where one line of his own counted for all his visits
(
    R_OP, R_NEXT, R_OTHER, R_BY, R_OF, R_FIRST, R_LEVELS, R_WIDTH, R_TARGETS, R_TALLY, R_VISIT, R_LIMIT, R_QUEUES,
    R_QUEUES_N, R_LOGGED, R_SIMPLE, R_START, R_STOP, R_WINDOW, R_WORSENS, R_KEY, R_DECIDES, R_WIDE,
) = range(23)  # fmt: skip

# a duration: KIND, first place and number of tabulated values; two parameters in x
D_KIND, D_FIRST, D_N, D_WIDE = range(4)
DX_WIDE = 2

# a patient present: where, of which class, and the one valid calendar event of each kind; the time that the clock has
# GAINED, before the run, since the stay began in which he is at its start: 0 unless that stay ends by the clock
(
    P_ROW, P_CLASS, P_DOING, P_NEXT, P_LEAVES, P_PRIORITY, P_HOLDING, P_OVERDUE, P_RESOURCE, P_UNITS, P_WAITS, P_DRAWN,
    P_SERIAL, P_NUMBER, P_SOURCE, P_FINISH, P_IMPATIENT, P_AGE, P_WORSEN, P_PATIENCE,
    P_VISITED, P_HELD, P_DECIDED, P_WIDE,
) = range(24)  # fmt: skip
(
    PX_ARRIVED, PX_REQUESTED, PX_STARTED, PX_UNTIL, PX_REMAINING, PX_SURVIVAL, PX_ELAPSED, PX_PATIENCE_SURVIVAL,
    PX_PATIENCE_ELAPSED, PX_GAINED, PX_WIDE,
) = range(11)  # fmt: skip

# what one patient holds of one resource
H_UNITS, H_ROW, H_TIMES, H_WIDE = range(4)
HX_REQUESTED, HX_GRANTED, HX_WIDE = range(3)

# a patient's place in one queue
Q_PRIOR, Q_NEXT, Q_LEVEL, Q_WHO, Q_RESOURCE, Q_WIDE = range(6)

# a resource: what is in use, who waits, its rules; in x the sums its averages come from
(
    S_BUSY, S_CAPACITY, S_QUEUE, S_SHIFT, S_SHIFT_N, S_SHIFTS, S_LEVELS, S_HEADS, S_PRIORITIES, S_CLEANING, S_PREEMPTS,
    S_OVERTAKING, S_AGES, S_KEY, S_TURN, S_ALIKE, S_WIDE,
) = range(17)  # fmt: skip
SX_BUSY, SX_CAPACITY, SX_QUEUE, SX_QUEUE_SINCE, SX_QUEUE_TIME, SX_IDLE_SINCE, SX_IDLE_TIME, SX_WIDE = range(8)

# a list of arrivals and how far it is
(
    A_KIND, A_TO, A_FIRST, A_CLASSES, A_GAP, A_LEVEL, A_N, A_PIECE, A_CYCLIC, A_PIECES_A_LEVEL, A_LEVEL_OF, A_NUMBER,
    A_KEY, A_LEVEL_KEY, A_SHOWS, A_WIDE,
) = range(16)  # fmt: skip
AX_TIME, AX_ORIGIN, AX_EVERY, AX_ENDS, AX_SHARE, AX_LEVEL_NOW, AX_OF_CLASS, AX_WIDE = range(8)

# a sum: how many in n, total and sum of squares in x
TX_TOTAL, TX_SQUARE, TX_WIDE = range(3)

# a line of the log: an activity that ended
L_WHO, L_ROW, L_RESOURCE, L_CLASS, L_KIND, L_WIDE = range(6)
LX_REQUESTED, LX_START, LX_END, LX_WIDE = range(4)
