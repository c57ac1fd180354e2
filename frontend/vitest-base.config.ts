import { defineConfig } from 'vitest/config';

// No test may fail for a slow machine.
export default defineConfig({ test: { testTimeout: 60_000, hookTimeout: 60_000 } });
