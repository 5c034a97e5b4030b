using TalkingHead.Media;

namespace TalkingHead.Tests.Media;

public sealed class MediaProbeTests
{
    [Fact]
    public void ALinesValuesAreReadByTheirNames()
    {
        var line = new ProbedSection(@"format|format_name=mov,mp4|start_time=-0.5|bit_rate=N/A|tag:comment=a\|b\\c\nd=e|side_data||rotation=-90");
        Assert.Equal("mov,mp4", line["format_name"]);
        Assert.Equal("a|b\\c\nd=e", line["tag:comment"]);
        Assert.Equal((-0.5, -90), (line.Time("start_time"), line.Number("rotation")));
        Assert.Null(line["bit_rate"]);
        Assert.Null(line.TimeOrNone("missing"));
        Assert.Equal("b\\", new ProbedSection(@"a=b\")["a"]);
    }

    [Fact]
    public void PacketsThatAreNotShownHaveNoTime()
    {
        var packets = new ProbedPackets();
        foreach (var line in new[] { "pts_time=0.2|duration_time=0.1|flags=K__", "pts_time=0.1|flags=_D_", "pts_time=N/A|flags=___",
            "pts_time=N/A|dts_time=0.1|duration_time=0.3|flags=___" })
            packets.Add(new("packet|" + line));
        Assert.Equal([0.2, 0.1], packets.Times);
        Assert.Equal((4, 1, 0.1), (packets.Count, packets.WithoutTime, packets.LastDuration));
    }
}
