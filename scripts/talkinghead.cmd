@echo off
rem Builds when something changed, then runs the program: scripts\talkinghead VERB ...
dotnet build "%~dp0..\src\TalkingHead.Cli" -c Release -v q --nologo -clp:NoSummary 1>&2 || exit /b 1
"%~dp0..\artifacts\bin\TalkingHead.Cli\release\TalkingHead.Cli.exe" %*
