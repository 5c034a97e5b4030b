using System.Globalization;

namespace TalkingHead.Cli;

/// <summary>What no sentence was written for: one sentence still, and a file with the details for whoever mends it.</summary>
static class CrashLog
{
    /// <summary>The sentence; it names the log that this writes.</summary>
    public static string Sentence(Exception? failure, string[] arguments)
    {
        var reason = Innermost(failure) is { } inner ? inner.Message.ReplaceLineEndings(" ").TrimEnd('.') : "unknown";
        if (Innermost(failure) is IOException or UnauthorizedAccessException) // a full disk, a missing right: the message says it all
            return $"talkinghead: {reason}.";
        var log = Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture,
            $"talkinghead-{DateTime.Now:yyyyMMdd-HHmmss}-{Environment.ProcessId}.log"));
        try
        {
            var version = typeof(CrashLog).Assembly.GetName().Version?.ToString(3);
            File.WriteAllText(log, $"""
                talkinghead {version}, {System.Runtime.InteropServices.RuntimeInformation.OSDescription}
                arguments: {string.Join(' ', arguments)}

                {failure}

                """);
            return $"talkinghead: an unforeseen failure ({reason}); {log} has the details: please report it with that file.";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"talkinghead: an unforeseen failure ({reason}); its details could not be written to {log}.";
        }
    }

    static Exception? Innermost(Exception? failure) => failure?.InnerException is { } inner ? Innermost(inner) : failure;
}
