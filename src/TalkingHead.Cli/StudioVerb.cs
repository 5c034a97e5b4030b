using System.ComponentModel;
using System.Diagnostics;
using CommandLine;
using CommandLine.Text;
using TalkingHead.Studio;

namespace TalkingHead.Cli;

[Verb("studio", HelpText = "Opens a web page on which a person is learned and driven live by the webcam.")]
sealed class StudioVerb : IVerb
{
    const string SmallModel = "checkpoints/synthetic-64.safetensors";

    [Option("run", MetaValue = "RUN", HelpText = "The run that new people are learned with. Default: the 64x64 model that comes with the "
        + "project, where it is there.")]
    public string? RunPath { get; set; }

    [Option("heads", MetaValue = "DIR", Default = "heads", HelpText = "The folder of the heads, made where it is missing.")]
    public string Heads { get; set; } = "heads";

    [Option("port", Default = StudioSettings.DefaultPort, HelpText = "The port on this machine; 0 for any that is free.")]
    public int Port { get; set; } = StudioSettings.DefaultPort;

    [Option("no-browser", HelpText = "Do not open the page; the address is printed in any case.")]
    public bool NoBrowser { get; set; }

    [Usage(ApplicationAlias = "talkinghead")]
    public static IEnumerable<Example> Examples =>
    [
        new("Learn people with the small model and drive them", new StudioVerb()),
        new("Learn people with a run of one's own", new StudioVerb { RunPath = "runs/first" }),
    ];

    public void Run(CancellationToken stop)
    {
        if (Port is < 0 or > 65535)
            throw UserException.Usage($"--port {Port}: expected 0 to 65535.");
        Serve(stop).GetAwaiter().GetResult();
        stop.ThrowIfCancellationRequested();
    }

    async Task Serve(CancellationToken stop)
    {
        var run = RunPath ?? (File.Exists(SmallModel) ? SmallModel : null);
        await using var studio = await StudioServer.Start(new() { Run = run, Heads = Heads, Port = Port });
        foreach (var note in studio.Notes)
            Console.Error.WriteLine(note);
        Console.WriteLine($"studio: {studio.Address}");
        Console.Error.WriteLine("For this machine only; whoever has the address can use it. Ctrl-C ends it.");
        if (!NoBrowser && !Open(studio.Address))
            Console.Error.WriteLine("No browser could be opened; open the address by hand.");
        await Task.Delay(Timeout.Infinite, stop).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None,
            TaskScheduler.Default);
    }

    static bool Open(Uri address)
    {
        if (OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable("DISPLAY") is null
            && Environment.GetEnvironmentVariable("WAYLAND_DISPLAY") is null)
            return false;
        try
        {
            var start = OperatingSystem.IsWindows() ? new ProcessStartInfo(address.AbsoluteUri) { UseShellExecute = true }
                : new(OperatingSystem.IsMacOS() ? "open" : "xdg-open", [address.AbsoluteUri]);
            using var browser = Process.Start(start);
            return true;
        }
        catch (Exception e) when (e is Win32Exception or FileNotFoundException)
        {
            return false;
        }
    }
}
