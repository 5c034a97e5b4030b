namespace TalkingHead.Evaluation;

/// <summary>One name, and where the two sets have it; null where a set does not.</summary>
readonly record struct MatchedName(string Name, int? Real, int? Fake);

/// <summary>The pictures of two sets by name.</summary>
/// <param name="Names">Every name of either set: those of both first, each part in ordinal order.</param>
/// <param name="Pairs">Names that both have.</param>
sealed record PictureMatching(IReadOnlyList<MatchedName> Names, int Pairs)
{
    internal static PictureMatching Of(PictureSet real, PictureSet fake)
    {
        var places = fake.Names.Select((name, i) => (name, i)).ToDictionary(entry => entry.name, entry => entry.i, StringComparer.Ordinal);
        var pairs = new List<MatchedName>();
        var single = new List<MatchedName>();
        for (var i = 0; i < real.Names.Count; i++)
        {
            if (places.Remove(real.Names[i], out var place))
                pairs.Add(new(real.Names[i], i, place));
            else
                single.Add(new(real.Names[i], i, null));
        }

        single.AddRange(fake.Names.Where(places.ContainsKey).Select(name => new MatchedName(name, null, places[name])));
        return new([.. pairs, .. single], pairs.Count);
    }
}
