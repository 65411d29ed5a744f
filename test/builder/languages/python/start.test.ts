import { describe, expect, it } from "vitest";
import { plannedService } from "../../tree.ts";

async function startOf(files: Readonly<Record<string, string>>) {
  const { decisions, service, warnings } = await plannedService(files);
  return { line: decisions.find((text) => text.startsWith("Start: "))?.slice(7), decisions, service, warnings };
}

const packages = { "requirements.txt": "fastapi\nuvicorn\nflask\ngunicorn\n" };
const project = (more: string) => `[build-system]\n[project]\nname = "shop"\n${more}`;

describe("a Python app is started", () => {
  it.each([
    [{ "main.py": "app: FastAPI = fastapi.FastAPI()" }, "uvicorn main:app --host 0.0.0.0 --port $PORT"],
    [{ "api/main.py": "api = FastAPI(\n" }, "uvicorn api.main:api --host 0.0.0.0 --port $PORT"],
    [{ "main.py": "app = create_app()" }, "uvicorn main:app --host 0.0.0.0 --port $PORT"],
    [{ "shop/__init__.py": "app = Flask(__name__)" }, "gunicorn shop:app --bind 0.0.0.0:$PORT"],
    [{ "src/shop/app.py": "app = Quart(__name__)" }, "uvicorn shop.app:app --app-dir src --host 0.0.0.0 --port $PORT"],
    [{ "app.py": "app = falcon.App()" }, "gunicorn app:app --bind 0.0.0.0:$PORT"],
    [{ "app.py": "app = falcon.asgi.App()" }, "uvicorn app:app --host 0.0.0.0 --port $PORT"],
    [{ "main.py": "print()" }, "python3 -u main.py"],
    [{ "shop/__main__.py": "" }, "python3 -u -m shop"],
  ])("by the server that its framework wants: %j", async (files, line) => {
    expect((await startOf({ ...packages, ...files })).line?.startsWith(`${line} (`)).toBe(true);
  });

  it("by a function that makes the app, of the framework among its packages", async () => {
    const files = { "flaskr/__init__.py": "def create_app(test_config=None):\n    app = Flask(__name__)\n" };
    expect((await startOf({ "requirements.txt": "flask", ...files })).line).toBe(
      "gunicorn 'flaskr:create_app()' --bind 0.0.0.0:$PORT (Flask in flaskr/__init__.py)",
    );
    expect((await startOf({ "requirements.txt": "fastapi", "app.py": "def create_app():" })).line).toBe(
      "uvicorn app:create_app --factory --host 0.0.0.0 --port $PORT (FastAPI in app.py)",
    );
  });

  it("where it listens by settings of its own", async () => {
    const streamlit = { "requirements.txt": "streamlit==1.40", "app.py": "import streamlit as st\n" };
    expect((await startOf(streamlit)).line).toBe(
      "streamlit run app.py --server.address 0.0.0.0 --server.port $PORT --server.headless true (Streamlit in app.py)",
    );
    const gradio = { "requirements.txt": "gradio==5", "app.py": "import gradio as gr\n" };
    const { line, service } = await startOf(gradio);
    expect(line).toContain("env GRADIO_SERVER_NAME=0.0.0.0 GRADIO_SERVER_PORT=$PORT python3 -u app.py");
    expect(service.command).toBeNull();
  });

  it("by its own command, where it has one and is installed", async () => {
    const files = { "pyproject.toml": project('scripts = { shop = "shop:main" }'), "src/shop/__init__.py": "" };
    expect((await startOf(files)).line).toBe("shop (the command in pyproject.toml)");
  });

  it("as `web` where its framework is known, also when the Procfile only has a worker", async () => {
    const { decisions } = await startOf({
      ...packages,
      "app.py": "app = Flask(__name__)",
      Procfile: "worker: python3 -u jobs.py",
    });
    expect(decisions).toContain("Start: gunicorn app:app --bind 0.0.0.0:$PORT (Flask in app.py)");
    expect(decisions).toContain("worker: worker (worker in the Procfile: python3 -u jobs.py)");
  });

  it("with the server that its Procfile counts on", async () => {
    const { decisions } = await startOf({
      "requirements.txt": "flask",
      Procfile: "web: gunicorn shop:app",
      "shop.py": "",
    });
    expect(decisions).toContain("gunicorn is added, because a production server is needed");
  });
});

const manage = "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')";

describe("a Django project", () => {
  const django = {
    "requirements.txt": "django==5.2\nwhitenoise==6.8\ngunicorn==23.0\n",
    "manage.py": manage,
    "shop/wsgi.py": "",
    "shop/asgi.py": "",
    "shop/settings.py": "STATIC_ROOT = BASE_DIR / 'static'\n",
  };

  it("has its static files collected at build, from the stage that did it", async () => {
    const { dockerfile, decisions, warnings } = await plannedService(django, { SECRET_KEY: "x" }, { SECRET_KEY: true });
    expect(dockerfile).toContain(`COPY . .
ARG BATON_SECRETS_VERSION
RUN --mount=type=cache,target=/root/.cache --mount=type=secret,id=SECRET_KEY export SECRET_KEY="$(cat /run/secrets/SECRET_KEY)" && python3 manage.py collectstatic --noinput
`);
    expect(dockerfile).toContain("COPY --from=packages --chown=1000:1000 /app /app\n");
    expect(decisions).toContain(
      "Static files: python3 manage.py collectstatic --noinput (STATIC_ROOT in the settings)",
    );
    expect(decisions.some((text) => text.startsWith("Migrations are not run"))).toBe(true);
    expect(warnings).toEqual([]);
  });

  it.each([
    [{ "shop/settings.py": "STATIC_URL = 'static/'\n" }, {}],
    [{ Procfile: "web: python manage.py collectstatic --noinput && gunicorn shop.wsgi" }, {}],
    [{}, { DISABLE_COLLECTSTATIC: "1" }],
  ])("is left alone where it says so: %j %j", async (files, variables) => {
    const { dockerfile } = await plannedService({ ...django, ...files }, variables);
    expect(dockerfile).not.toMatch(/^RUN .*collectstatic/m);
  });

  it("is warned that nothing serves its files and that its data does not persist", async () => {
    const files = {
      ...django,
      "requirements.txt": "django==5.2\n",
      "shop/settings.py": "STATIC_ROOT = 'static'\nENGINE = 'django.db.backends.sqlite3'\n",
    };
    const { warnings } = await plannedService(files);
    expect(warnings).toEqual([expect.stringContaining("nothing serves them"), expect.stringContaining("(SQLite)")]);
    const inVolume = { ...files, "baton.yaml": "stacks: { web: { path: ., volumes: { data: /data } } }" };
    expect((await plannedService(inVolume)).warnings).toHaveLength(1);
  });

  it("may lie in a folder, and speak WebSocket", async () => {
    const files = { "mysite/manage.py": manage, "mysite/shop/wsgi.py": "", "mysite/shop/asgi.py": "" };
    expect((await startOf({ "requirements.txt": "django\ngunicorn", ...files })).line).toBe(
      "gunicorn shop.wsgi --chdir mysite --bind 0.0.0.0:$PORT (Django in mysite/shop/wsgi.py)",
    );
    expect((await startOf({ "requirements.txt": "django\nchannels\nuvicorn", ...files })).line).toBe(
      "uvicorn shop.asgi:application --app-dir mysite --host 0.0.0.0 --port $PORT (Django in mysite/shop/asgi.py)",
    );
  });
});
