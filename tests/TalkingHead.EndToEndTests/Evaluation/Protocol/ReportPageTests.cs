using System.Text.RegularExpressions;
using TalkingHead.EndToEndTests.Pages;
using TalkingHead.Evaluation.Metrics;
using TalkingHead.Evaluation.Protocol;
using TalkingHead.Tests;
using TalkingHead.Tests.Evaluation.Protocol;

namespace TalkingHead.EndToEndTests.Evaluation.Protocol;

/// <summary>The report as a reader's browser sees it.</summary>
public sealed partial class ReportPageTests(SmallEvaluation small) : IClassFixture<SmallEvaluation>
{
    [Fact]
    public async Task ItOpensWithoutAnErrorAsksNothingOfTheNetworkAndAllItsPicturesLoad()
    {
        small.Run("report",
            SmallEvaluation.Settings with { Comparison = new() { Metrics = [Metric.Ssim, Metric.Psnr, Metric.L1, Metric.Akd] } });
        var path = Path.Combine(small.At("report"), "report.html");
        foreach (var (width, dark) in new[] { (1280, false), (390, true) })
        {
            await using var browser = await Browser.Open(path, width, dark);
            Assert.Empty(browser.Messages);
            Assert.Equal([new Uri(path).AbsoluteUri], browser.Requests.Where(address =>
                !address.StartsWith("data:", StringComparison.Ordinal)));

            // Three people, two rows each: sources (1 + 3), landmarks and truth twice, four methods twice.
            Assert.Equal(3 * (4 + 4 + 8), (int)await browser.Ask("document.images.length"));
            Assert.Equal(0, (int)await browser.Ask("[...document.images].filter(image => !image.complete || image.naturalWidth === 0 || "
                + "image.alt === '').length"));
            Assert.Equal(0, (int)await browser.Ask("[...document.querySelectorAll('svg[role=img]')].filter(chart => "
                + "chart.getBoundingClientRect().height < 80 || !chart.getAttribute('aria-label')).length"));
            Assert.Equal(4, (int)await browser.Ask("document.querySelectorAll('svg[role=img]').length")); // SSIM, PSNR, L1 and the people

            // Wide tables scroll inside themselves; the page never does.
            Assert.True((bool)await browser.Ask("document.documentElement.scrollWidth <= window.innerWidth"),
                $"the page is wider than {width} pixels");
            Assert.Equal(dark, (bool)await browser.Ask("parseInt(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]) < 128"));
        }
    }

    [Fact]
    public async Task ItsTableShowsTheFiguresOfTheResult()
    {
        var (name, result) = small.Whole;
        await using var browser = await Browser.Open(Path.Combine(small.At(name), "report.html"), 1280);
        var cells = (await browser.Ask("[...document.querySelectorAll('[aria-labelledby=results] tbody td')].map(cell => "
            + "cell.childNodes[0].textContent).join(' ')")).GetValue<string>().Split(' ');
        Assert.Equal(result.Rows.SelectMany(row => row.Figures)
            .Select(figure => figure.Value!.Value.ToString(figure.Metric switch { "PSNR" => "F2", "L1" => "F4", _ => "F3" },
                System.Globalization.CultureInfo.InvariantCulture)), cells);
        Assert.Contains("another dataset and protocol",
            (await browser.Ask("document.querySelector('[aria-labelledby=paper]').textContent")).GetValue<string>());
        Assert.Contains("30.6",
            (await browser.Ask("document.querySelector('[aria-labelledby=paper] table').textContent")).GetValue<string>());
    }

    [Fact]
    public void NothingInItIsFetchedOrRun()
    {
        var page = File.ReadAllText(Path.Combine(small.At(small.Whole.Name), "report.html"));
        Assert.DoesNotContain("<script", page);
        Assert.Empty(Addresses().Matches(page));
        Assert.All(Sources().Matches(page), source => Assert.StartsWith("data:image/", source.Groups[1].Value));
    }

    [GeneratedRegex("(src|href)=\"(?!data:)|url\\(|https?://")]
    private static partial Regex Addresses();

    [GeneratedRegex("src=\"([^\"]*)\"")]
    private static partial Regex Sources();
}
