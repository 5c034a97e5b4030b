using System.Globalization;
using System.Text;
using System.Text.Json;
using static TorchSharp.torch;
using TensorBoard = TorchSharp.Modules.SummaryWriter;

namespace TalkingHead.Training;

/// <summary>
/// What a run leaves to read: metrics.jsonl, a line a report, the same bytes for the same run however often it was
/// interrupted; and TensorBoard events, which hold speeds, pictures and texts besides.
/// </summary>
public sealed class RunLog : IDisposable
{
    readonly FileStream metrics;
    readonly TensorBoard board;

    /// <summary>Goes on behind the first <paramref name="keptBytes"/> of metrics.jsonl; what a lost stretch wrote is cut off.</summary>
    public RunLog(RunDirectory run, long keptBytes)
    {
        metrics = new FileStream(run.Metrics, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0); // a line a write: what a full disk refuses is not tried again at the end
        metrics.SetLength(Math.Min(keptBytes, metrics.Length));
        metrics.Seek(0, SeekOrigin.End);
        board = utils.tensorboard.SummaryWriter(run.Events);
    }

    /// <summary>Bytes of metrics.jsonl so far.</summary>
    public long Position => metrics.Position;

    /// <summary>Figures of one kind ("train", "validation") at a step: to metrics.jsonl and to TensorBoard.</summary>
    public void Figures(string kind, int step, IEnumerable<KeyValuePair<string, double>> figures)
    {
        var line = new StringBuilder($"{{\"step\":{step},\"kind\":\"{kind}\"");
        foreach (var (name, value) in figures)
        {
            line.Append(CultureInfo.InvariantCulture, $",\"{name}\":{Number(value)}");
            board.add_scalar($"{kind}/{name}", (float)value, step);
        }
        Append(line.Append('}').ToString());
    }

    /// <summary>A warning or an incident, with the clips it concerns.</summary>
    public void Note(string kind, int step, string text, IEnumerable<string> clips)
    {
        Append($"{{\"step\":{step},\"kind\":\"{kind}\",\"text\":{JsonSerializer.Serialize(text)},\"clips\":{JsonSerializer.Serialize(clips)}}}");
        board.add_text(kind, text, step);
    }

    /// <summary>Speeds, which differ from one run to the next: to TensorBoard alone.</summary>
    public void Speed(string name, int step, double value) => board.add_scalar($"speed/{name}", (float)value, step);

    /// <summary>A text to TensorBoard, such as the configuration.</summary>
    public void Text(string name, int step, string text) => board.add_text(name, text, step);

    /// <summary>A picture (3,H,W), uint8, to TensorBoard.</summary>
    public void Picture(string name, int step, Tensor picture) => board.add_img(name, picture, step);

    // JSON has no infinity and no NaN.
    static string Number(double value) => double.IsFinite(value) ? value.ToString("R", CultureInfo.InvariantCulture) : $"\"{value.ToString(CultureInfo.InvariantCulture)}\"";

    void Append(string line)
    {
        metrics.Write(Encoding.UTF8.GetBytes(line + "\n"));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        metrics.Dispose();
    }
}
