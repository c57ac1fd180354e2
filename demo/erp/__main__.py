"""`python -m demo.erp --config FILE --data DIR --port N` runs the demo ERP."""

from demo.erp.app import create_app
from emulator.services.serving import main

if __name__ == "__main__":
    main("erp", create_app)
