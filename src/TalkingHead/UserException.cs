namespace TalkingHead;

/// <summary>
/// A mistake of the user's or of the user's files: the message is one sentence that says what was found, what was
/// expected, where, and what to do. The program prints it alone, without a stack trace.
/// </summary>
public class UserException(string message, Exception? inner = null, int exitCode = 1) : Exception(message, inner)
{
    /// <summary>1 for a failure (a bad file, a missing device), 2 for wrong usage or configuration.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>Wrong usage or configuration: exit code 2.</summary>
    public static UserException Usage(string message) => new(message, exitCode: 2);
}
