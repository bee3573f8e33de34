// Opens the built panel (dist/webview) in a real Chromium: the extension's own page and content security policy, with an
// `acquireVsCodeApi` that keeps messages and state. The stub is injected by the browser, outside the page's policy.
import { createServer, type Server } from 'node:http';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { chromiumFlags } from '../../../scripts/lib/chromium.mjs';
import { ensureChromium } from '../../../scripts/lib/dependencies.mjs';
import { panelHtml } from '../../../src/extension/panel/html';
import type { ToHost, ToPanel } from '../../../src/protocol';
import { BODY_CLASS, THEMES, type ThemeName } from './themes';

const webviewDir = path.resolve(__dirname, '../../../dist/webview');

export interface PanelOptions {
  /** Page size in CSS pixels; VS Code's side bar is 250–350 wide. */
  readonly width?: number;
  readonly height?: number;
  readonly theme?: ThemeName;
  readonly language?: string;
  readonly reducedMotion?: boolean;
  /** What `getState()` returns at first. */
  readonly state?: unknown;
  /** False takes WebGL and WebGPU away from the page and its workers. */
  readonly gpu?: boolean;
}

/** One panel page under test. */
export interface PanelPage {
  readonly page: Page;
  /** Sends a message as the extension host would. */
  send(message: ToPanel): Promise<void>;
  /** All messages the page has posted, oldest first. */
  received(): Promise<ToHost[]>;
  /** Waits for a message of this type and returns it. */
  message<T extends ToHost['type']>(type: T): Promise<Extract<ToHost, { type: T }>>;
  /** What the page last gave to `setState`. */
  state(): Promise<unknown>;
  /** Errors on the console, uncaught exceptions and policy violations so far. */
  readonly errors: string[];
  close(): Promise<void>;
}

/** A browser and a file server, shared by the tests of one file. */
export class PanelHarness {
  private constructor(
    private readonly browser: Browser,
    private readonly server: Server,
    private readonly base: string,
  ) {}

  static async start(): Promise<PanelHarness> {
    const browser = await chromium.launch({ executablePath: await ensureChromium(), args: chromiumFlags() });
    const server = createServer(serve);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return new PanelHarness(browser, server, `http://127.0.0.1:${address.port}`);
  }

  async open(options: PanelOptions = {}): Promise<PanelPage> {
    const { width = 900, height = 700, theme = 'dark', language = 'en' } = options;
    const context = await this.browser.newContext({
      viewport: { width, height },
      colorScheme: theme === 'light' ? 'light' : 'dark',
      reducedMotion: options.reducedMotion ? 'reduce' : 'no-preference',
      forcedColors: 'none',
    });
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(`uncaught: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    // Functions handed to the page carry the TypeScript runner's `__name` calls, which only exist on this side.
    await page.addInitScript('globalThis.__name = (each) => each;');
    await page.addInitScript(stub, {
      state: options.state ?? null,
      bodyClass: BODY_CLASS[theme],
      variables: THEMES[theme],
      gpu: options.gpu ?? true,
    });
    await page.goto(`${this.base}/?language=${language}`);
    await page.waitForFunction(() =>
      (window as unknown as HarnessWindow).convlensHarness.sent.some((m) => m.type === 'ready'),
    );
    const received = (): Promise<ToHost[]> =>
      page.evaluate(() => (window as unknown as HarnessWindow).convlensHarness.sent);
    return {
      page,
      errors,
      received,
      send: (message) => page.evaluate((data: unknown) => window.postMessage(data, '*'), message as unknown),
      state: () => page.evaluate(() => (window as unknown as HarnessWindow).convlensHarness.state),
      async message(type) {
        await page.waitForFunction(
          (wanted) =>
            (window as unknown as HarnessWindow).convlensHarness.sent.some((m) => m.type === wanted),
          type,
        );
        const found = (await received()).reverse().find((message) => message.type === type);
        return found as Extract<ToHost, { type: typeof type }>;
      },
      close: () => context.close(),
    };
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

interface HarnessWindow {
  convlensHarness: { sent: ToHost[]; state: unknown };
}

/** Runs in the page before its scripts: VS Code's webview API, theme variables and body class. */
function stub(options: {
  state: unknown;
  bodyClass: string;
  variables: Record<string, string>;
  gpu: boolean;
}): void {
  const harness = { sent: [] as unknown[], state: options.state };
  Object.assign(window, {
    convlensHarness: harness,
    acquireVsCodeApi: () => ({
      postMessage: (message: unknown) => void harness.sent.push(structuredClone(message)),
      getState: () => harness.state,
      setState: (state: unknown) => (harness.state = state),
    }),
  });
  if (!options.gpu) {
    HTMLCanvasElement.prototype.getContext = () => null;
    Object.defineProperty(navigator, 'gpu', { value: undefined });
  }
  document.addEventListener('securitypolicyviolation', (event) => {
    console.error(`policy violation: ${event.violatedDirective} ${event.blockedURI}`);
  });
  document.addEventListener('DOMContentLoaded', () => {
    document.body.classList.add(options.bodyClass);
    document.body.dataset.vscodeThemeKind = options.bodyClass;
    for (const [name, value] of Object.entries(options.variables)) {
      document.documentElement.style.setProperty(`--vscode-${name}`, value);
    }
  });
}

const types: Record<string, string> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.map': 'application/json',
};

const serve: Parameters<typeof createServer>[1] = async (request, response) => {
  const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
  if (url.pathname === '/') {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(pageFor(url));
    return;
  }
  if (url.pathname === '/favicon.ico') {
    response.statusCode = 204;
    response.end();
    return;
  }
  try {
    const file = path.join(webviewDir, path.basename(url.pathname));
    const content = await readFile(file);
    response.setHeader('content-type', types[path.extname(file)] ?? 'application/octet-stream');
    response.end(content);
  } catch {
    response.statusCode = 404;
    response.end();
  }
};

/** The extension's page for this server, made by the extension's own function. */
function pageFor(url: URL): string {
  // The function needs of a URI only its text, and of a webview only the two members given here.
  const uri = (name: string) => ({ toString: () => `${url.origin}/${name}` }) as never;
  return panelHtml({
    webview: { cspSource: url.origin, asWebviewUri: (each) => each },
    script: uri('panel.js'),
    style: uri('panel.css'),
    worker: uri('worker.js'),
    nonce: 'harness0nonce',
    language: url.searchParams.get('language') ?? 'en',
    title: 'ConvLens',
  });
}
