using System.Globalization;
using Google.Protobuf;
using TorchSharp.Tensorboard;
using TorchSharp.Utils.tensorboard.Enums;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>
/// Writes TensorBoard's event files: one for the writer, and one beside it for each curve of add_scalars. What is added
/// is in the file when the call returns.
/// </summary>
public partial class SummaryWriter
{
    static int files; // of this process, so that two writers in one second do not share a name

    readonly RecordFile file;
    readonly string suffix;
    readonly Dictionary<string, SummaryWriter> curves = [];

    internal SummaryWriter(string directory, string suffix)
    {
        this.suffix = suffix;
        LogDir = directory;
        Directory.CreateDirectory(directory);
        var number = Interlocked.Increment(ref files) - 1;
        var name = string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.{DateTimeOffset.UtcNow.ToUnixTimeSeconds():D10}.{Environment.MachineName}.{Environment.ProcessId}.{number}{suffix}");
        file = new RecordFile(Path.Combine(directory, name));
        file.Append(new Event { WallTime = Now, FileVersion = "brain.Event:2" });
    }

    public string LogDir { get; }

    static double Now => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;

    /// <param name="walltime">Seconds since 1970; now where left out.</param>
    public void add_scalar(string tag, float scalar_value, int global_step, long? walltime = null) =>
        Add(global_step, walltime, new Summary.Types.Value { Tag = tag, SimpleValue = scalar_value });

    /// <summary>Several curves in one chart: each is written to a folder of its own, named after the chart and the curve.</summary>
    public void add_scalars(string main_tag, IDictionary<string, float> tag_scalar_dict, int global_step, long? walltime = null) =>
        add_scalars(main_tag, [.. tag_scalar_dict.Select(pair => (pair.Key, pair.Value))], global_step, walltime);

    /// <inheritdoc cref="add_scalars(string, IDictionary{string, float}, int, long?)"/>
    public void add_scalars(string main_tag, IList<(string, float)> tag_scalar_dict, int global_step, long? walltime = null)
    {
        foreach (var (name, value) in tag_scalar_dict) Curve($"{main_tag.Replace('/', '_')}_{name}").add_scalar(main_tag, value, global_step, walltime);
    }

    /// <summary>The distribution of all finite elements, read on the CPU.</summary>
    /// <exception cref="ArgumentException">No element is a finite number.</exception>
    public void add_histogram(string tag, Tensor values, int global_step, HistogramBinSelector bins = HistogramBinSelector.Tensorflow, long? walltime = null, long? max_bins = null)
    {
        using var scope = NewDisposeScope();
        var numbers = values.detach().to(float64, CPU).reshape(-1).data<double>().ToArray();
        Add(global_step, walltime, new Summary.Types.Value { Tag = tag, Histo = Histogram.Of(numbers, bins, max_bins) });
    }

    /// <summary>Text, shown as Markdown.</summary>
    public void add_text(string tag, string text_string, int global_step, long? walltime = null)
    {
        var tensor = new TensorProto { Dtype = DataType.DtString, TensorShape = new() { Dim = { new TensorShapeProto.Types.Dim { Size = 1 } } } };
        tensor.StringVal.Add(ByteString.CopyFromUtf8(text_string));
        Add(global_step, walltime, new Summary.Types.Value
        {
            Tag = $"{tag}/text_summary",
            Metadata = new() { PluginData = new() { PluginName = "text" } },
            Tensor = tensor,
        });
    }

    SummaryWriter Curve(string name)
    {
        lock (curves)
        {
            if (!curves.TryGetValue(name, out var writer)) curves[name] = writer = new(Path.Combine(LogDir, name), suffix);
            return writer;
        }
    }

    void Add(int step, long? walltime, Summary.Types.Value value) =>
        file.Append(new Event { WallTime = walltime ?? Now, Step = step, Summary = new() { Value = { value } } });
}
