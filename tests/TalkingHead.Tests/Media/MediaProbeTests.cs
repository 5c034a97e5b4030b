using TalkingHead.Media;

namespace TalkingHead.Tests.Media;

public sealed class MediaProbeTests
{
    [Fact]
    public void ALinesValuesAreReadByTheirNames()
    {
        var line = new ProbedSection(
            @"format|format_name=mov,mp4|start_time=-0.5|bit_rate=N/A|tag:comment=a\|b\\c\nd=e|side_data||rotation=-90");
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
            "pts_time=N/A|dts_time=0.1|duration_time=0.3|flags=___", "pts_time=0.15|duration_time=0.4|flags=___" })
            packets.Add(new("packet|" + line));
        Assert.Equal([0.2, 0.1, 0.15], packets.Times);
        Assert.Equal((5, 1, 0.1), (packets.Count, packets.WithoutTime, packets.LastDuration));
    }

    // What ffprobe says of an MPEG-TS file, and of a telephone's video with Dolby Vision before its rotation.
    [Fact]
    public void StreamsStandInTheirOrderWithAllTheirSideData()
    {
        var probe = new MediaProbe();
        foreach (var line in new[]
        {
            "packet|codec_type=video|stream_index=0|pts_time=0.5|flags=K__|side_data|", "side_data|rotation=180", "",
            "packet|codec_type=audio|stream_index=1|pts_time=0.1|flags=K__",
            "program|stream|index=0|codec_type=video", "stream|index=1|codec_type=audio", "stream|index=10|codec_type=data", "",
            "stream|index=0|codec_type=video|side_data|", "side_data|rotation=-90", "side_data|rotation=0",
            "stream|index=1|codec_type=audio|disposition:default=1", "stream|index=10|codec_type=data", "format|format_name=mpegts",
        })
            probe.Take(line);
        ProbedSection[] streams = [.. probe.Streams];
        Assert.Equal(["0", "1", "10"], streams.Select(stream => stream["index"]));
        Assert.Equal((-90, 0), (streams[0].Number("rotation"), streams[1].Number("rotation")));
        Assert.True(streams[1].Has("default"));
        Assert.Equal("mpegts", probe.Format["format_name"]);
        Assert.Equal([0.5], probe.PacketsOf(streams[0]).Times);
        Assert.Empty(probe.PacketsOf(streams[1]).Times);
    }

    [Fact]
    public void OnlyTheStreamThatIsCutOffIsSo()
    {
        ProbedSection video = new("stream|index=0"), sound = new("stream|index=1");
        var probe = new MediaProbe();
        probe.Hear("[mov,mp4 @ 0x55] stream 1, offset 0x2b0: partial file");
        Assert.Equal((false, true), (probe.IsCutOff(video), probe.IsCutOff(sound)));
        probe.Hear("[matroska,webm @ 0x55] File ended prematurely at pos. 3000 (0xbb8)");
        Assert.True(probe.IsCutOff(video));
    }
}
