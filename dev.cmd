@echo off
rem The project's commands on Windows, with the meaning they have in ./dev.
setlocal
set "CALLED_FROM=%CD%"
cd /d "%~dp0"
set "COMMAND=%~1"
set "REST="

:collect
shift
if "%~1"=="" goto choose
set REST=%REST% %1
goto collect

:choose
if "%COMMAND%"=="run" goto setup
if "%COMMAND%"=="test" goto setup
if "%COMMAND%"=="bench" goto setup
if "%COMMAND%"=="build" goto setup
if "%COMMAND%"=="exec" goto setup
echo dev run [ARGS]    set up and open the application
echo dev test [ARGS]   set up and run every check and test (ARGS go to pytest)
echo dev bench [NAME]  measure the budgets
echo dev build         make the PyInstaller folder in dist\
echo dev exec CMD      run CMD in the project's environment
exit /b 2

:setup
if not defined PYTHON set "PYTHON=py -3"
%PYTHON% -c "import sys; sys.exit(sys.version_info < (3, 11))"
if errorlevel 1 (
    echo Reviewer needs Python 3.11 or newer and found none. Install it from python.org, or name it in PYTHON. 1>&2
    exit /b 1
)
set "WANTED="
set "HAVE="
for /f "usebackq delims=" %%H in (`%PYTHON% -c "import glob, hashlib, pathlib, sys; print(sys.version.split()[0], hashlib.sha512(b''.join(pathlib.Path(name).read_bytes() for name in [*sorted(glob.glob('requirements*.lock')), 'pyproject.toml'])).hexdigest())"`) do set "WANTED=%%H"
if exist .venv\.installed set /p HAVE=<.venv\.installed
if "%HAVE%"=="%WANTED%" goto go

echo Setting up the Python environment in .venv (once, about half a minute) ... 1>&2
if exist .venv rmdir /s /q .venv
%PYTHON% -m venv .venv || exit /b 1
set "PIP=.venv\Scripts\python.exe -m pip install --quiet --disable-pip-version-check"
%PIP% --require-hashes --only-binary :all: -r requirements.lock || exit /b 1
rem bagit, the tests' second opinion on packages, is published as source only.
%PIP% --require-hashes --no-deps --no-build-isolation -r requirements-source.lock || exit /b 1
%PIP% --no-deps --no-build-isolation --editable . || exit /b 1
>.venv\.installed echo %WANTED%

:go
set "PATH=%CD%\.venv\Scripts;%PATH%"
goto %COMMAND%

:run
reviewer-app.exe%REST%
exit /b %ERRORLEVEL%

:test
ruff.exe check . || exit /b 1
ruff.exe format --check --quiet . || (echo Run: dev exec ruff format . 1>&2 & exit /b 1)
mypy.exe || exit /b 1
python.exe -X dev -m pytest -n auto --maxprocesses 4 --dist worksteal%REST%
exit /b %ERRORLEVEL%

:bench
python.exe -m bench%REST%
exit /b %ERRORLEVEL%

:build
pyinstaller.exe --noconfirm --log-level WARN build.spec || exit /b 1
dist\reviewer-app\reviewer-app.exe selftest
exit /b %ERRORLEVEL%

:exec
cd /d "%CALLED_FROM%"
%REST%
exit /b %ERRORLEVEL%
