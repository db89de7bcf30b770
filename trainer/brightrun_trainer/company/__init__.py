"""The other processes of a run: started, awaited and watched, on the leader's machine and on further ones.

`followers.py` starts those of one machine. `machines.py` asks the cluster for further machines, through a process of its own
(`hold.py`) that alone knows Ray; on each a `seat.py` starts followers as the leader does on its own. Nothing here imports torch.
"""

from .company import Company
from .machines import Machines, wanted_machines

__all__ = ["Company", "Machines", "wanted_machines"]
