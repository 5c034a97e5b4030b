using System.Globalization;

namespace TalkingHead.Evaluation.Protocol;

/// <summary>How frames came about.</summary>
public enum Method
{
    /// <summary>ψ' = P ê and nothing more (paper, FF).</summary>
    FeedForward,

    /// <summary>Fine-tuned on the T frames (paper, FT).</summary>
    FineTuned,

    /// <summary>The source frame whose landmarks are closest to the driving ones, unchanged.</summary>
    CopyNearest,

    /// <summary>The average of the T source frames.</summary>
    MeanFrame,
}

/// <summary>A row of the result: a method and its number of source frames.</summary>
readonly record struct Row(Method Method, int Shots)
{
    internal bool IsHead => Method is Method.FeedForward or Method.FineTuned;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Method.Key()}/{Shots}");

    /// <summary>All rows of an evaluation, in the order of reports.</summary>
    internal static IReadOnlyList<Row> Of(EvaluationSettings settings) =>
    [
        .. from shots in settings.Shots.Order()
           from method in (Method[])[Method.FineTuned, Method.FeedForward, Method.CopyNearest, Method.MeanFrame]
           where method != Method.FineTuned || !settings.FeedForward
           select new Row(method, shots),
    ];
}

/// <summary>Methods in files and in words.</summary>
static class Methods
{
    internal static string Key(this Method method) => method switch
    {
        Method.FeedForward => "feed-forward",
        Method.FineTuned => "fine-tuned",
        Method.CopyNearest => "copy-nearest",
        _ => "mean-frame",
    };

    internal static Method Parse(string key) => Enum.GetValues<Method>().First(method => method.Key() == key);

    internal static string Title(this Method method) => method switch
    {
        Method.FeedForward => "Feed-forward",
        Method.FineTuned => "Fine-tuned",
        Method.CopyNearest => "Copy nearest",
        _ => "Mean frame",
    };
}
