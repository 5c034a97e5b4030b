namespace Engine.Tests.Api;

/// <summary>The public surface of the real package, from Fixtures/Api, and what of another surface is not in it.</summary>
sealed class Listing
{
    readonly HashSet<string> members = [];
    readonly Dictionary<string, (string kind, HashSet<string> bases)> types = [];

    internal Listing(string path)
    {
        foreach (var line in File.ReadLines(path))
        {
            if (Declaration(line) is var (name, kind, bases)) types.Add(name, (kind, bases));
            else members.Add(line);
        }
    }

    internal int Count => members.Count + types.Count;

    /// <summary>The lines that the listing does not hold. A type may have fewer bases than its listed self, not others.</summary>
    internal List<string> Offenders(IEnumerable<string> surface) => [.. surface.Where(line => !Holds(line)).Order(StringComparer.Ordinal)];

    bool Holds(string line)
    {
        if (Declaration(line) is not var (name, kind, bases)) return members.Contains(line);
        return types.TryGetValue(name, out var listed) && listed.kind == kind && bases.IsSubsetOf(AllBases(listed.bases));
    }

    // The listing names a type's own base class; that class's bases are the type's too. What a generic base derives from
    // is found by its name and number of arguments, and counts where it is not generic itself.
    HashSet<string> AllBases(HashSet<string> direct)
    {
        var all = new HashSet<string>(direct);
        foreach (var above in direct.SelectMany(BasesOf))
            if (!above.Contains('<')) all.UnionWith(AllBases([above]));
        return all;
    }

    IEnumerable<string> BasesOf(string type) => types.Where(listed => Shape(listed.Key) == Shape(type)).SelectMany(listed => listed.Value.bases);

    static (string name, int arguments) Shape(string type)
    {
        var open = type.IndexOf('<');
        return open < 0 ? (type, 0) : (type[..open], TopLevel(type[(open + 1)..^1]).Count());
    }

    static (string name, string kind, HashSet<string> bases)? Declaration(string line)
    {
        var parts = line.Split(" :: ", 2);
        if (parts.Length < 2) return null;
        var rest = parts[1].Split(" : ", 2);
        return (parts[0], rest[0], rest.Length < 2 ? [] : [.. TopLevel(rest[1])]);
    }

    // Splits "A<B, C>, D" at the commas outside angle brackets.
    static IEnumerable<string> TopLevel(string list)
    {
        int depth = 0, start = 0;
        for (var k = 0; k < list.Length; k++)
        {
            if (list[k] == '<') depth++;
            else if (list[k] == '>') depth--;
            else if (list[k] == ',' && depth == 0)
            {
                yield return list[start..k];
                start = k + 2;
            }
        }
        yield return list[start..];
    }
}
