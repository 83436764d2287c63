"""How one plan's clauses are put to the models: a study per plan, and the binding of claims to studies."""
