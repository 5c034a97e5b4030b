using TalkingHead.Media;

namespace TalkingHead.Evaluation;

/// <summary>Counts what is left out of a comparison or changed for it, with the first example of each. Any thread may tell it.</summary>
sealed class ComparisonNotes(PictureSet real, PictureSet fake, PictureMatching matching)
{
    readonly Lock gate = new();
    readonly Dictionary<(PictureSet, PictureForm), (int Count, string First)> forms = [];
    int refused, unequal;
    string firstRefused = "", firstUnequal = "";

    internal void Seen(PictureSet set, string name, PictureForm form)
    {
        if (form == PictureForm.Rgb)
            return;
        lock (gate)
        {
            var (count, first) = forms.GetValueOrDefault((set, form), (0, name));
            forms[(set, form)] = (count + 1, string.CompareOrdinal(name, first) < 0 ? name : first);
        }
    }

    internal void Refused(string message)
    {
        lock (gate)
        {
            if (refused++ == 0 || string.CompareOrdinal(message, firstRefused) < 0)
                firstRefused = message;
        }
    }

    internal void Add(LoadedPair pair)
    {
        if (pair is { IsComparable: false, Real: { } one, Fake: { } other } && unequal++ == 0)
            firstUnequal = $"{pair.Name} is {one.Width}x{one.Height} and {other.Width}x{other.Height}";
    }

    internal IReadOnlyList<string> Sentences()
    {
        List<string> found = [];
        Alone(real, fake, name => name.Fake is null);
        Alone(fake, real, name => name.Real is null);
        if (unequal > 0)
            found.Add($"{Pairs(unequal)} of unequal size left out of the metrics of pairs: {firstUnequal}{Others(unequal)}.");
        if (refused > 0)
            found.Add($"{Pictures(refused)} could not be read and {(refused == 1 ? "was" : "were")} left out{(refused == 1 ? "" : ", the first")}: {firstRefused}");
        foreach (var ((set, form), (count, first)) in forms.OrderBy(entry => entry.Key.Item1 == fake).ThenBy(entry => entry.Key.Item2))
            found.Add($"{set.Where}: {Pictures(count)} {(form == PictureForm.Gray ? "grayscale, measured with equal channels" : "transparent, laid on white")}: {first}{Others(count)}.");
        foreach (var set in (PictureSet[])[real, fake])
            if (set.OtherFiles > 0)
                found.Add($"{set.Where}: {(set.OtherFiles == 1 ? "1 file is" : $"{set.OtherFiles} files are")} not named as a picture and {(set.OtherFiles == 1 ? "was" : "were")} not read.");
        return found;

        void Alone(PictureSet here, PictureSet there, Func<MatchedName, bool> isAlone)
        {
            var alone = matching.Names.Where(isAlone).Select(name => name.Name).ToArray();
            if (alone.Length > 0)
                found.Add($"{here.Where}: {Pictures(alone.Length)} without a namesake in {there.Where}, left out of the metrics of pairs: {alone[0]}{Others(alone.Length)}.");
        }
    }

    static string Pairs(int count) => count == 1 ? "1 pair" : $"{count} pairs";

    static string Pictures(int count) => count == 1 ? "1 picture" : $"{count} pictures";

    static string Others(int count) => count == 1 ? "" : $" and {count - 1} more";
}
