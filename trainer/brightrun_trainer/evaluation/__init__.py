"""What tuning did besides lowering the loss (evaluate.py), asked by the same questions before and after.

`canaries.py` says what it cost in general ability, `memorisation.py` what was learned by heart,
`before_after.py` asks for all of it and keeps the base model's side.
"""
