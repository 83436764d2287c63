"""Showing: tables, records for machines, figures. The only importer of matplotlib."""
