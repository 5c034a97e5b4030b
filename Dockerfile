# The program in a container: docker build -t talkinghead . && docker run --rm -v "$PWD:/data" talkinghead doctor
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS dev
RUN apt-get update && apt-get install -y --no-install-recommends ffmpeg && rm -rf /var/lib/apt/lists/*

FROM dev AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/TalkingHead.Cli -c Release -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
RUN apt-get update && apt-get install -y --no-install-recommends ffmpeg && rm -rf /var/lib/apt/lists/*
COPY --from=build /app /app
WORKDIR /data
ENTRYPOINT ["/app/TalkingHead.Cli"]
