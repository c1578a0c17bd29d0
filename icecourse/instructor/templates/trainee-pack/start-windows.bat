@echo off
rem ICE for Paralegals: sets itself up the first time, then opens your desk in the browser. Close this window to stop.
setlocal
cd /d "%~dp0"

fc /b version.txt .venv\installed.txt >nul 2>nul
if not errorlevel 1 goto start

set "PYTHON="
for %%v in (3.14 3.13 3.12 3.11) do (
  if not defined PYTHON (
    py -%%v -c "import venv" >nul 2>nul && set "PYTHON=py -%%v"
  )
)
if not defined PYTHON (
  python -c "import sys, venv; sys.exit(sys.version_info < (3, 11))" >nul 2>nul && set "PYTHON=python"
)
if not defined PYTHON goto nopython

echo Setting up, once: a few minutes, with the internet.
%PYTHON% -m venv .venv || goto failed
.venv\Scripts\python -m pip install --quiet --disable-pip-version-check -r requirements.txt || goto failed
for %%w in (icecourse-*.whl) do (
  .venv\Scripts\python -m pip install --quiet --disable-pip-version-check --no-deps --force-reinstall "%%w" || goto failed
)
copy /y version.txt .venv\installed.txt >nul

:start
.venv\Scripts\icecourse lab --desk desk %*
if errorlevel 1 pause
exit /b

:nopython
echo This course needs Python 3.11 or later: install it from https://www.python.org/downloads/ and start again.
pause
exit /b 1

:failed
echo Setting up did not work. Check the internet, start again, and send the lines above to your instructor if it fails twice.
pause
exit /b 1
