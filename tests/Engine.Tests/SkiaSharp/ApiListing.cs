using System.Text.RegularExpressions;

namespace Engine.Tests.Skia;

/// <summary>
/// A package's public surface as text, one line a type ("TYPE :: DECLARATION") or member ("TYPE . DECLARATION"), in C#.
/// What a caller cannot tell apart is dropped from a declaration before it is compared: nullable reference types, readonly,
/// override and sealed, and whether an implemented interface is named.
/// </summary>
sealed partial class ApiListing
{
    readonly Dictionary<string, HashSet<string>> members = [];
    readonly Dictionary<string, string> types = [];

    public ApiListing(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            var parts = Line().Match(line);
            if (!parts.Success)
                throw new FormatException($"Not a line of an API listing: {line}");
            var type = parts.Groups["type"].Value;
            if (parts.Groups["kind"].Value == "::")
                types[type] = Plain(parts.Groups["text"].Value);
            else if (!line.EndsWith("// obsolete", StringComparison.Ordinal))
                Members(type).Add(Plain(parts.Groups["text"].Value));
        }
    }

    HashSet<string> Members(string type) => members.TryGetValue(type, out var set) ? set : members[type] = [];

    public bool Declares(string type, string declaration) =>
        declaration.Contains("::", StringComparison.Ordinal)
            ? types.GetValueOrDefault(type) == Plain(declaration[(declaration.IndexOf("::", StringComparison.Ordinal) + 2)..])
            : Members(type).Contains(Plain(declaration));

    static string Plain(string declaration)
    {
        var text = declaration.Replace("SkiaSharp.", "", StringComparison.Ordinal);
        text = Interfaces().Replace(text, "");
        text = Modifiers().Replace(text, "");
        text = ReferenceNullability().Replace(text, "$1");
        return text.Trim().TrimEnd(';').TrimEnd();
    }

    [GeneratedRegex(@"^SkiaSharp\.(?<type>\S+) (?<kind>::|\.) (?<text>.*)$")]
    private static partial Regex Line();

    [GeneratedRegex(@"( :|,) (IEquatable<\w+>|IDisposable)")]
    private static partial Regex Interfaces();

    [GeneratedRegex(@"\b(readonly|override|sealed|virtual|abstract) ")]
    private static partial Regex Modifiers();

    // float? is another type than float; SKPaint? is the same type as SKPaint.
    [GeneratedRegex(@"(\bSK\w+|string|object|\[\])\?")]
    private static partial Regex ReferenceNullability();
}
