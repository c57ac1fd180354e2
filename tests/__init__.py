"""The app's tests; the emulator and the demo have their own."""
