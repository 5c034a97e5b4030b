using System.Text.Json;
using System.Text.Json.Nodes;
using TalkingHead.EndToEndTests.Pages;
using TalkingHead.Evaluation.Protocol;
using TalkingHead.Evaluation.Report;
using TalkingHead.Tests;
using TalkingHead.Tests.Evaluation.Protocol;

namespace TalkingHead.EndToEndTests.Evaluation.Protocol;

/// <summary>The blind vote: the page in a browser, what it downloads, and the figures that come of it.</summary>
public sealed class UserStudyTests : IDisposable
{
    const int Triplets = 2 * 2 * 3; // shots, heads, people

    readonly SmallEvaluation small = new();

    public void Dispose() => small.Dispose();

    string Page => Path.Combine(small.At("page"), UserStudy.PageFile);

    StudyKey Write(string evaluation = "study", string page = "page")
    {
        small.Run(evaluation);
        using var opened = small.Open(evaluation);
        Assert.Equal(Triplets, opened.WriteUserStudy(small.At(page)));
        return JsonSerializer.Deserialize<StudyKey>(File.ReadAllText(Path.Combine(small.At(evaluation), UserStudy.KeyFile)),
            EvaluationFolder.Json)!;
    }

    EvaluationResult Result(params string[] answers) =>
        small.Run("study", SmallEvaluation.Settings with { UserAnswers = [.. answers.Select(small.At)] })!;

    string Answers(string name, string voter, string study, params int[][] answers)
    {
        File.WriteAllText(small.At(name), JsonSerializer.Serialize(new { format = "talkinghead-user-answers 1", study, voter, answers }));
        return name;
    }

    [Theory, InlineData(1300, false), InlineData(400, true)]
    public async Task PeopleChooseInTheirBrowserAndTheDownloadedFileBecomesTheFigure(int width, bool dark)
    {
        var key = Write();
        await using var browser = await Browser.Open(Page, width, dark);
        await browser.SaveDownloads(small.At("downloads"));
        var save = Environment.GetEnvironmentVariable("TALKINGHEAD_SCREENSHOTS");
        if (save is not null)
            await browser.Screenshot(Path.Combine(save, $"user-study-{width}.png"));
        Assert.True((bool)await browser.Ask("document.documentElement.scrollWidth <= window.innerWidth"));
        Assert.True((bool)await browser.Ask("document.getElementById('save').disabled && document.getElementById('back').disabled"));
        var orders = new List<int>();
        for (var i = 0; i < Triplets; i++)
        {
            // Somebody who always finds what a fine-tuned head made, and never what a feed-forward one did.
            Assert.Equal($"{i + 1} of {Triplets}", (string?)await browser.Ask("document.getElementById('place').textContent"));
            Assert.Equal(0, (int)await browser.Ask("[...document.images].filter(image => !image.alt).length"));
            Assert.Equal(3, (int)await browser.Ask("document.querySelectorAll('.triplet button').length"));
            orders.Add((int)await browser.Ask("order[at]"));
            var triplet = key.Triplets[orders[^1]];
            var choice = triplet.Method == Method.FineTuned ? triplet.Generated : (triplet.Generated + 1) % 3;
            if (i == 1)
            {
                // A wrong key, taken back.
                await browser.Ask("document.dispatchEvent(new KeyboardEvent('keydown', { key: '2' }))");
                await browser.Ask("document.getElementById('back').click() ?? 0");
                Assert.Equal("2", (string?)await browser.Ask("document.querySelector('[aria-pressed=true]').textContent"));
            }
            await browser.Ask($"document.querySelectorAll('.triplet button')[{choice}].click() ?? 0");
        }
        Assert.Equal(Enumerable.Range(0, Triplets), orders.Order());
        Assert.False((bool)await browser.Ask("document.getElementById('end').hidden"));
        await browser.Ask("document.getElementById('save').click() ?? 0");
        var file = await Downloaded();
        Assert.Empty(browser.Messages);
        Assert.All(browser.Requests.Where(address => address != new Uri(Page).AbsoluteUri),
            address => Assert.True(address.StartsWith("data:", StringComparison.Ordinal) || address.StartsWith("blob:",
                StringComparison.Ordinal), address));

        var result = Result(file);
        Assert.Equal("USER", result.Metrics[^1].Metric);
        Assert.All(result.Rows, row =>
        {
            var figure = row.Figures[^1];
            Assert.Equal(("USER", row.Method switch { Method.FineTuned => 1.0, Method.FeedForward => 0.0, _ => (double?)null },
                Method.IsHead(row.Method) ? 3 : 0), (figure.Metric, figure.Value, figure.Frames));
        });
        Assert.Contains("| USER ↓ |", File.ReadAllText(Path.Combine(small.At("study"), "table.md")));
        Assert.Contains("USER", File.ReadAllText(Path.Combine(small.At("study"), "report.html")));
    }

    async Task<string> Downloaded()
    {
        for (var wait = 0; wait < 600; wait++)
        {
            if (Directory.Exists(small.At("downloads")) && Directory.GetFiles(small.At("downloads"), "answers-*.json") is [var file])
                return Path.Combine("downloads", Path.GetFileName(file));
            await Task.Delay(100);
        }
        throw new TimeoutException("the page downloaded no file");
    }

    [Fact]
    public void ThePageTellsNothingAndTheSameRecordsGiveTheSamePage()
    {
        var key = Write();
        var page = File.ReadAllText(Page);
        Assert.All((string[])["fine-tuned", "feed-forward", "generated", "person-"], word => Assert.DoesNotContain(word, page));
        Assert.Equal([0, 1, 2], key.Triplets.Select(triplet => triplet.Generated).Distinct().Order());
        Write(page: "again");
        Assert.Equal(page, File.ReadAllText(Path.Combine(small.At("again"), UserStudy.PageFile)));

        // Of the three only the generated one is what the head made; the others are true frames, and not of the same moment.
        var shown = JsonNode.Parse(page[(page.IndexOf("id=\"study\">", StringComparison.Ordinal) + 11)..page.IndexOf("</script>",
            StringComparison.Ordinal)])!["triplets"]!.AsArray();
        var rows = Row.All(SmallEvaluation.Settings);
        Assert.Equal(Triplets, shown.Count);
        foreach (var (triplet, three) in key.Triplets.Zip(shown))
        {
            var record = IdentityRecord.Load(Path.Combine(small.At("study"), "records", $"person-{triplet.Person:D4}.safetensors"), rows);
            var made = ReportText.DataAddress(record.Pictures[$"{triplet.Method}/{triplet.Shots}"]);
            Assert.Equal(made, (string?)three![triplet.Generated]);
            Assert.Equal(3, three.AsArray().Select(picture => (string?)picture).Distinct().Count());
            Assert.DoesNotContain(ReportText.DataAddress(record.Pictures["truth"]), three.AsArray().Select(picture => (string?)picture));
        }
    }

    [Fact]
    public void SeveralVotesCountTogetherWithAnIntervalOverPeople()
    {
        var key = Write();
        int[] fineTuned = [.. Enumerable.Range(0, Triplets).Where(i => (key.Triplets[i].Method, key.Triplets[i].Shots) == (Method.FineTuned,
            3)).OrderBy(i => key.Triplets[i].Person)];
        int Right(int i) => key.Triplets[i].Generated;
        int Wrong(int i) => (key.Triplets[i].Generated + 2) % 3;
        Answers("a.json", "a", key.Study, [.. fineTuned.Select(i => new[] { i, Right(i) })]);
        Answers("b.json", "b", key.Study, [fineTuned[0], Wrong(fineTuned[0])], [fineTuned[1], Right(fineTuned[1])]);
        var figure = Result("a.json", "b.json").Rows.Single(row => (row.Method, row.Shots) == (Method.FineTuned, 3)).Figures[^1];
        Assert.Equal((0.8, 5), (figure.Value!.Value, figure.Frames));
        Assert.True(figure.Low <= 0.8 && figure.High == 1, $"{figure.Low} {figure.High}");
        Assert.Equal(["5 answers of 2 voters in all"], figure.Marks);
        Assert.DoesNotContain("USER", Result().Metrics.Select(form => form.Metric));
    }

    [Fact]
    public void FilesThatAreNoVotesOfThisStudyAreRefusedInASentence()
    {
        small.Run("study");
        Assert.Contains("run evaluate with --user-study DIR first", Refused(Answers("early.json", "a", "x")));
        var key = Write();
        Assert.Contains("it belongs to another page", Refused(Answers("other.json", "a", "0123456789abcdef")));
        Assert.Contains("out of range or given twice", Refused(Answers("far.json", "a", key.Study, [Triplets, 0])));
        Assert.Contains("out of range or given twice", Refused(Answers("four.json", "a", key.Study, [0, 3])));
        Assert.Contains("out of range or given twice", Refused(Answers("twice.json", "a", key.Study, [0, 1], [0, 2])));
        Assert.Contains("an answer is no pair", Refused(Answers("single.json", "a", key.Study, [0])));
        File.WriteAllText(small.At("damaged.json"), "{ \"format\":");
        Assert.Contains("damaged.json: no answers of this evaluation's user study", Refused("damaged.json"));
        Assert.Contains("missing.json: no answers", Refused("missing.json"));
        Assert.Contains("is the vote that", Refused(Answers("one.json", "a", key.Study, [0, 0]),
            Answers("copy.json", "a", key.Study, [0, 0])));
        using var few = small.Open("few", SmallEvaluation.Settings with { HoldOut = 2 });
        Assert.Contains("expected --holdout 3 or more", Assert.Throws<UserException>(() => few.WriteUserStudy(small.At("page"))).Message);

        string Refused(params string[] files) => Assert.Throws<UserException>(() => Result(files)).Message;
    }
}
