"""Where stations should stand by distance alone: the classical models, solved to the proven best.

    plans = siting.mclp(time, weight, limit, p=3, fixed=[0, 4], best=5)

These modules take matrices and return sites; they know neither maps nor calls. `time` is
[demand point, site], in any unit, inf where there is no way; every model takes the same options:

- `p`, or `vehicles`: how many sites are open, or ambulances stand, in all;
- `fixed`: existing sites, which stay open; for vehicle models the least number at each site;
- `allowed`: sites that may be opened besides (default: all), `most_new`: at most so many of them;
- `capacity`: weight that a site can serve, shared out as is best; for vehicle models how many
  ambulances a site can hold;
- `cost` of an open site and `budget` for all; for vehicle models also `vehicle_cost`;
- `best`: so many plans, the best first; `time_limit_s`: then the last plan may not be proven,
  and there may be fewer.

A problem without a plan raises `Infeasible`, which says why; numbers that make no sense raise
ValueError.
"""

from sim.answers.siting.centre import p_centre
from sim.answers.siting.cover import lscp, mclp
from sim.answers.siting.median import p_median
from sim.answers.siting.problem import Infeasible, SitingPlan
from sim.answers.siting.vehicles import dsm, mexclp

__all__ = ["Infeasible", "SitingPlan", "dsm", "lscp", "mclp", "mexclp", "p_centre", "p_median"]
