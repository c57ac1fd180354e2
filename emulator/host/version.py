"""The version of Microsoft's host that this one is compared with, and says it is.

Tools and libraries look at it to know what they may expect.
"""

HOST_VERSION = "4.1045.200.25556"
