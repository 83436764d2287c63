"""What must hold: emergency plans as registers of clauses, and the facts of their sites. Runs nothing."""
