import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { finish } from './build/finish.ts'

export default defineConfig({
  plugins: [react(), finish()],
  build: {
    target: 'es2022',
    // A font or picture inside CSS as data: would need a wider CSP than 'self'.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 600,
    manifest: 'manifest.json',
  },
  server: { proxy: { '/api': { target: process.env.POLYOT_URL ?? 'http://127.0.0.1:18080' } } },
})
