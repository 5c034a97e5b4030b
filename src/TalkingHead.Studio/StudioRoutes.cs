using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using TalkingHead.Animation;
using TalkingHead.Configuration;
using TalkingHead.Media;
using TalkingHead.Provenance;

namespace TalkingHead.Studio;

/// <summary>The run that people are learned with.</summary>
sealed record RunFacts(string Path, string Name, RunConfiguration Configuration);

/// <summary>What the page asks for, address by address.</summary>
sealed class StudioRoutes : IDisposable
{
    static readonly Dictionary<string, string> Types = new()
    {
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".svg"] = "image/svg+xml",
    };

    readonly RunFacts? run;
    readonly CancellationToken stop;
    readonly ContentCredentials credentials;
    readonly Downloads files = new();
    readonly BackgroundJobs jobs = new();
    readonly HeadShelf shelf;
    readonly PersonPicturesStore newPeople;
    readonly LiveSeat seat;

    public StudioRoutes(StudioSettings settings, RunFacts? run, ContentCredentials credentials, CancellationToken stop)
    {
        (this.run, this.credentials, this.stop) = (run, credentials, stop);
        shelf = new(settings.Heads);
        newPeople = new(run?.Configuration, files);
        seat = new(shelf, files, credentials);
        shelf.Gone += seat.Leave;
    }

    public void Map(IEndpointRouteBuilder to)
    {
        to.MapGet("/", context => Page(context, "index.html"));
        to.MapGet("/page/{file}", (HttpContext context, string file) => Page(context, file));
        to.MapGet("/api/state", () => new
        {
            run = run is null ? null : new { run.Name, size = run.Configuration.Data.Size },
            heads = shelf.All(),
            work = jobs.Current?.Status,
            live = seat.HeadName,
            files = files.All.Select(file => new { file.Id, file.Name, file.Title }),
            poses = Pose.All,
            limits = new
            {
                Limits.PictureBytes, Limits.VideoBytes, Limits.Shots,
                recordingSeconds = Limits.Recording.TotalSeconds,
            },
        });

        to.MapGet("/api/heads/{name}/sheet", (string name) => Sent(shelf.SheetOf(name), "image/png", null));
        to.MapGet("/api/heads/{name}/head", (string name) => Sent(shelf.PathOf(name), "application/octet-stream", $"{name}.head"));
        to.MapGet("/api/heads/{name}/onnx", Onnx);
        to.MapPost("/api/heads/{name}/rename", async (string name, HttpContext context) =>
            shelf.Rename(name, (await Read<NewName>(context)).Name ?? ""));
        to.MapDelete("/api/heads/{name}", (string name) => shelf.Delete(name));

        to.MapPost("/api/people", () => new { newPeople.Begin().Id });
        to.MapPost("/api/people/{id}/shots", AddShots);
        to.MapGet("/api/people/{id}/shots/{number:int}", (string id, int number) =>
            Results.Bytes(newPeople.Get(id).Get(number).Thumbnail, "image/jpeg"));
        to.MapDelete("/api/people/{id}/shots/{number:int}", (string id, int number) => newPeople.Get(id).Remove(number));
        to.MapPost("/api/people/{id}/learn", Learn);

        to.MapPost("/api/animations", (Delegate)Animate);
        to.MapGet("/api/work", () => jobs.Current?.Status ?? throw RefusedException.NotFound("work"));
        to.MapGet("/api/work/preview", () => Results.Bytes(
            (jobs.Current ?? throw RefusedException.NotFound("work")).Preview, "image/png"));
        to.MapPost("/api/work/keep", () => jobs.Running.Keep());
        to.MapPost("/api/work/stop", () => jobs.Running.Cancel());
        to.MapGet("/api/files/{id}", (string id, HttpContext context) => files.Get(id) is var file
            ? Sent(file.Path, "video/mp4", context.Request.Query.ContainsKey("save") ? file.Name : null) : null);
        to.MapGet("/api/live", Live);
    }

    static async Task Page(HttpContext context, string file)
    {
        using var content = typeof(StudioRoutes).Assembly.GetManifestResourceStream($"Page/{file}")
            ?? throw RefusedException.NotFound("page of that name");
        context.Response.ContentType = Types[Path.GetExtension(file)];
        await content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    // Read before it is sent away, so that it can be renamed or deleted meanwhile on every system.
    static IResult Sent(string path, string type, string? saveAs)
    {
        try
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return Results.File(file, type, saveAs, enableRangeProcessing: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw RefusedException.NotFound("file of that name");
        }
    }

    async Task<IResult> Onnx(string name, HttpContext context)
    {
        var (from, path) = (shelf.PathOf(name), files.NewPath(".onnx"));
        await Task.Run(() =>
        {
            using var head = Head.Load(from);
            head.ExportOnnx(path);
        }, context.RequestAborted);
        var exported = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.DeleteOnClose);
        return Results.File(exported, "application/octet-stream", $"{name}.onnx");
    }

    async Task<object> AddShots(string id, HttpContext context)
    {
        var person = newPeople.Get(id);
        var (label, pose) = (Label(context), context.Request.Query["pose"].ToString());
        if (pose != "" && !Pose.All.Contains(pose))
            throw RefusedException.Bad($"No such pose; expected {string.Join(", ", Pose.All)}.");
        var path = newPeople.NewPath();
        await Upload(context, path, IsVideo(context) ? Limits.VideoBytes : Limits.PictureBytes);
        return await newPeople.Look(person, path, pose == "" ? label : pose, pose == "" ? null : pose, context.RequestAborted);
    }

    async Task<JobStatus> Learn(string id, HttpContext context)
    {
        var (person, wish) = (newPeople.Get(id), await Read<Wish>(context));
        if (run is null)
            throw RefusedException.NoRun();
        if (!wish.Consent)
            throw RefusedException.Bad("A head is made with the person's consent only.");
        var name = (wish.Name ?? "").Trim();
        shelf.ExpectFree(name);
        person.Chosen();
        return jobs.Begin(() => new LearningJob(run.Path, person, name, shelf, credentials, () => newPeople.Forget(person)));
    }

    async Task<JobStatus> Animate(HttpContext context)
    {
        var (name, label) = (context.Request.Query["head"].ToString(), Label(context));
        var head = shelf.PathOf(name);
        jobs.ExpectFree();
        var path = newPeople.NewPath();
        await Upload(context, path, Limits.VideoBytes);
        try
        {
            if (!await Task.Run(() => VideoInfo.IsVideo(path), context.RequestAborted))
                throw RefusedException.Bad($"{label} is no video that can be read.");
            return jobs.Begin(() => new AnimationJob(head, name, path, label, context.Request.Query.ContainsKey("beside"), files,
                credentials));
        }
        catch
        {
            Downloads.Remove(path);
            throw;
        }
    }

    async Task Live(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
            throw RefusedException.Bad("This address takes a WebSocket.");
        await seat.Serve(context.WebSockets, context.Request.Query["head"].ToString(), context.Request.Query.ContainsKey("take"), stop);
    }

    static bool IsVideo(HttpContext context) => context.Request.ContentType?.StartsWith("image/", StringComparison.Ordinal) != true;

    // For people to read: a file's name without its folders.
    static string Label(HttpContext context)
    {
        var name = new string([.. context.Request.Query["name"].ToString().Where(c => !char.IsControl(c))]);
        name = name[(name.LastIndexOfAny(['/', '\\']) + 1)..].Trim();
        return name == "" ? "upload" : name.Length > 80 ? name[..80] : name;
    }

    static async Task Upload(HttpContext context, string path, long most)
    {
        if (context.Request.ContentLength > most)
            throw RefusedException.TooLarge(most);
        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = most;
        try
        {
            await using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
                await context.Request.Body.CopyToAsync(file, context.RequestAborted);
            if (new FileInfo(path).Length == 0)
                throw RefusedException.Bad("The file is empty.");
        }
        catch (BadHttpRequestException e) when (e.StatusCode == 413)
        {
            Downloads.Remove(path);
            throw RefusedException.TooLarge(most);
        }
        catch
        {
            Downloads.Remove(path);
            throw;
        }
    }

    static async Task<T> Read<T>(HttpContext context)
    {
        try
        {
            return await context.Request.ReadFromJsonAsync<T>(context.RequestAborted) ?? throw new JsonException();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw RefusedException.Bad("That is no request of the studio's page.");
        }
    }

    public void Dispose()
    {
        jobs.Dispose();
        newPeople.Dispose();
        files.Dispose();
    }

    sealed record NewName(string? Name);

    sealed record Wish(string? Name, bool Consent);
}
