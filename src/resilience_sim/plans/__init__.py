"""What must hold: emergency plans as registers of clauses, and their sites: facts and buildings. Runs nothing."""
