"""Tests of the demo ERP."""
