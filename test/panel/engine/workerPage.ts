// A page in a real Chromium with the panel's content security policy that runs a script in a blob worker, as the panel does.
import { createReadStream, existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import path from 'node:path';
import esbuild from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import { chromiumFlags } from '../../../scripts/lib/chromium.mjs';
import { ensureChromium } from '../../../scripts/lib/dependencies.mjs';

const root = path.resolve(__dirname, '../../..');
const POLICY = "default-src 'none'; script-src 'nonce-test' 'wasm-unsafe-eval'; worker-src blob:";

export class WorkerPage {
  private constructor(
    private readonly browser: Browser,
    private readonly server: Server,
    readonly page: Page,
    /** Where the page comes from. */
    readonly url: string,
  ) {}

  /**
   * `entry`: a TypeScript file (relative to the repository) that becomes the worker, bundled as the product's is. `folder`: files that
   * the worker may fetch (the policy then allows its own server besides).
   */
  static async start(entry: string, folder?: string): Promise<WorkerPage> {
    const bundle = await esbuild.build({
      entryPoints: [path.join(root, entry)],
      bundle: true,
      write: false,
      format: 'iife',
      platform: 'browser',
      target: 'es2022',
      minify: true,
      legalComments: 'none',
      alias: { 'gpu.js': path.join(root, 'node_modules/gpu.js/dist/gpu-browser.js') },
    });
    const script = `const source = ${JSON.stringify(bundle.outputFiles[0].text).replace(/</g, '\\u003c')};
      const worker = new Worker(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
      window.messages = []; window.waiting = [];
      worker.onmessage = (event) => { window.messages.push(event.data); for (const wake of window.waiting.splice(0)) wake(); };
      worker.onerror = (event) => { window.messages.push({ workerError: event.message }); for (const wake of window.waiting.splice(0)) wake(); };
      window.post = (message) => worker.postMessage(message);`;
    const policy = folder === undefined ? POLICY : `${POLICY}; connect-src 'self'`;
    const server = createServer((request, response) => {
      if (folder !== undefined && request.url !== undefined && request.url !== '/') {
        const file = path.join(folder, path.basename(request.url));
        if (!existsSync(file)) response.writeHead(404).end();
        else createReadStream(file).pipe(response);
        return;
      }
      response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': policy });
      response.end(`<!doctype html><title>engine</title><script nonce="test">${script}</script>`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const browser = await chromium.launch({ executablePath: await ensureChromium(), args: chromiumFlags() });
    const page = await browser.newPage();
    const url = `http://127.0.0.1:${address.port}`;
    await page.goto(`${url}/`);
    return new WorkerPage(browser, server, page, url);
  }

  async post(message: unknown): Promise<void> {
    await this.page.evaluate(
      (data) => (window as unknown as { post(message: unknown): void }).post(data),
      message,
    );
  }

  /** The next message that the worker posts (or has posted and nobody took). */
  async next<T>(): Promise<T> {
    return (await this.page.evaluate(async () => {
      const state = window as unknown as { messages: unknown[]; waiting: (() => void)[] };
      while (!state.messages.length) await new Promise<void>((resolve) => state.waiting.push(resolve));
      return state.messages.shift();
    })) as T;
  }

  async ask<T>(message: unknown): Promise<T> {
    await this.post(message);
    return this.next<T>();
  }

  async stop(): Promise<void> {
    await this.browser.close();
    this.server.close();
  }
}
