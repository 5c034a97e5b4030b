using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TalkingHead.Animation;
using TalkingHead.Provenance;
using BadHttpRequestException = Microsoft.AspNetCore.Http.BadHttpRequestException;

namespace TalkingHead.Studio;

/// <summary>A web page, for this machine alone, on which a person is learned and driven live.</summary>
public sealed class StudioServer : IAsyncDisposable
{
    readonly WebApplication application;
    readonly StudioRoutes routes;

    StudioServer(WebApplication application, StudioRoutes routes, Uri address, IReadOnlyList<string> notes) =>
        (this.application, this.routes, Address, Notes) = (application, routes, address, notes);

    /// <summary>What to open; its token lets in whoever knows it.</summary>
    public Uri Address { get; }

    /// <summary>What was chosen and why, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Opens the run, to say now what would fail later, and listens on loopback.</summary>
    /// <exception cref="UserException">The run cannot be opened, the folder of heads not be made, or the port is taken.</exception>
    public static async Task<StudioServer> Start(StudioSettings settings)
    {
        var notes = new List<string>();
        var run = Opened(settings.Run, notes);
        MakeFolder(settings.Heads);
        var credentials = ContentCredentials.Open();
        notes.Add(credentials.Signer);

        var port = settings.Port == 0 ? FreePort() : settings.Port;
        var gate = new RequestGate(port);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production });
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(5));
        builder.Services.AddSingleton<IHostLifetime, QuietLifetime>(); // signals are the program's own
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = Limits.Connections;
            kestrel.Limits.MaxConcurrentUpgradedConnections = Limits.Connections;
            kestrel.Limits.MaxRequestBodySize = Limits.TextBytes;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        });
        var application = builder.Build();
        var routes = new StudioRoutes(settings, run, credentials, application.Lifetime.ApplicationStopping);
        application.Use((context, next) => Answered(context, next, gate));
        application.UseWebSockets(new()
        {
            KeepAliveInterval = TimeSpan.FromSeconds(5),
            KeepAliveTimeout = TimeSpan.FromSeconds(15),
        });
        application.UseRouting();
        routes.Map(application);
        try
        {
            await application.StartAsync();
        }
        catch (IOException e) when (e.InnerException is AddressInUseException or SocketException)
        {
            routes.Dispose();
            await application.DisposeAsync();
            throw new UserException($"--port {port}: the port is taken, perhaps by another studio. Take another one, or --port 0 for "
                + "any that is free.", e);
        }
        return new(application, routes, gate.Address, notes);
    }

    static RunFacts? Opened(string? path, List<string> notes)
    {
        if (path is null)
        {
            notes.Add("no run: heads that are there can be driven, but no new person can be learned; --run RUN names one");
            return null;
        }
        using var run = TrainedRun.Open(path);
        notes.AddRange(run.Notes);
        notes.Add(run.ExpectTuning());
        return new(path, run.Name, run.Configuration);
    }

    static void MakeFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new UserException($"--heads {folder}: the folder cannot be made ({e.Message}); name another one.", e);
        }
    }

    // Known before anything is served, as the gate knows its own address.
    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    // The one place where a refusal or a failure becomes an answer.
    static async Task Answered(HttpContext context, RequestDelegate next, RequestGate gate)
    {
        gate.Guard(context.Response);
        try
        {
            gate.Check(context.Request);
            await next(context);
            if (context.Response is { HasStarted: false, StatusCode: 404 or 405 })
                throw new RefusedException(404, "There is nothing at this address.");
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Abort(); // the page has left
        }
        catch (RefusedException e)
        {
            await Refuse(context, e.Status, e.Message);
        }
        catch (BadHttpRequestException e)
        {
            await Refuse(context, e.StatusCode, e.StatusCode == 413 ? "That is too large." : "That is no request of the studio's page.");
        }
        catch (UserException e)
        {
            await Refuse(context, 400, e.Message);
        }
        catch (Exception e)
        {
            Console.Error.WriteLine($"studio: {context.Request.Path}: {e}");
            await Refuse(context, 500, $"An unforeseen failure: {e.Message}");
        }
    }

    static async Task Refuse(HttpContext context, int status, string sentence)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }
        context.Response.StatusCode = status;
        await context.Response.WriteAsJsonAsync(new { error = sentence });
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await application.StopAsync();
        await application.DisposeAsync();
        routes.Dispose();
    }

    sealed class QuietLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
