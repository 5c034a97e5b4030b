namespace TalkingHead.Configuration;

/// <summary>Finds what a misspelt word probably means.</summary>
static class Spelling
{
    /// <summary>" Did you mean …?" with the closest candidate, or nothing when none is close.</summary>
    public static string Suggestion(string word, IEnumerable<string> candidates)
    {
        var (best, distance) = candidates.Select(candidate => (candidate, Distance(word, candidate)))
            .DefaultIfEmpty(("", int.MaxValue)).MinBy(pair => pair.Item2);
        return distance <= Math.Max(2, word.Length / 3) ? $" Did you mean \"{best}\"?" : "";
    }

    /// <summary>Levenshtein distance: the least number of letters inserted, removed or replaced.</summary>
    public static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}
