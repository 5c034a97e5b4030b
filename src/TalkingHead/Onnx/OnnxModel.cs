using Microsoft.ML.OnnxRuntime;
using TalkingHead.Libtorch;
using TorchSharp;
using static TorchSharp.torch;
using TensorElementType = Microsoft.ML.OnnxRuntime.Tensors.TensorElementType;

namespace TalkingHead.Onnx;

/// <summary>
/// A model in ONNX Runtime. On a CPU the same input gives the same bits. The runtime's threads sleep between calls: waiting ones
/// would take the processors from libtorch.
/// </summary>
sealed class OnnxModel : IDisposable
{
    readonly InferenceSession session;

    OnnxModel(OnnxFile file, InferenceSession session) => (File, this.session) = (file, session);

    /// <summary>What the file says.</summary>
    public OnnxFile File { get; }

    /// <summary>Opens a file; on a GPU of CUDA where one is asked for.</summary>
    /// <param name="path">An .onnx file, from anybody.</param>
    /// <param name="device">The CPU when null.</param>
    /// <param name="threads">On the CPU; as many as libtorch has when 0.</param>
    /// <exception cref="UserException">The file is missing, damaged or not allowed, or ONNX Runtime refuses it.</exception>
    public static OnnxModel Open(string path, Device? device = null, int threads = 0) => Open(OnnxFile.Read(path), device, threads);

    /// <summary>Opens a file that was read.</summary>
    /// <exception cref="UserException">ONNX Runtime refuses it.</exception>
    public static OnnxModel Open(OnnxFile file, Device? device = null, int threads = 0)
    {
        try
        {
            OrtEnv.Instance().EnvLogLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL; // what goes wrong comes as an exception
            using var options = new SessionOptions
            {
                IntraOpNumThreads = threads > 0 ? threads : get_num_threads(),
                InterOpNumThreads = 1,
                ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
                GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            };
            options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
            if (device is { type: DeviceType.CUDA })
                options.AppendExecutionProvider_CUDA(Math.Max(0, device.index));
            return new OnnxModel(file, new InferenceSession(file.Bytes, options));
        }
        catch (OnnxRuntimeException e)
        {
            throw new UserException($"{file.Path}: ONNX Runtime cannot open it: {FirstLine(e)}", e);
        }
        catch (EntryPointNotFoundException e)
        {
            throw new UserException($"{device}: this build's ONNX Runtime computes on the CPU only; take --device cpu.", e);
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException { InnerException: DllNotFoundException })
        {
            throw new UserException(
                "ONNX Runtime's native library was not found: add the package Microsoft.ML.OnnxRuntime to the program.", e);
        }
    }

    /// <summary>Runs the model once.</summary>
    /// <param name="inputs">Every input by name, float32, on any device.</param>
    /// <returns>Every output by name, float32 on the CPU, in the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">An input is missing, unknown or of another shape.</exception>
    /// <exception cref="UserException">The model fails in ONNX Runtime.</exception>
    public Dictionary<string, Tensor> Run(params (string Name, Tensor Value)[] inputs)
    {
        if (inputs.Length != File.Inputs.Count)
            throw new ArgumentException($"{File.Path}: got {inputs.Length} inputs, expected {string.Join(", ", File.Inputs)}.");
        using var scope = NewDisposeScope();
        var values = new List<OrtValue>();
        try
        {
            var names = File.Inputs.Select(input => input.Name).ToArray();
            var kept = new List<Tensor>(); // the runtime reads their memory
            foreach (var expected in File.Inputs)
            {
                var given = Array.Find(inputs, input => input.Name == expected.Name).Value
                    ?? throw new ArgumentException($"{File.Path}: input {expected} is missing.");
                Shapes.Expect(given, $"{File.Path}: input {expected.Name}", [.. expected.Shape]);
                var tensor = given.detach().to(ScalarType.Float32).cpu().contiguous();
                kept.Add(tensor);
                values.Add(Wrap(tensor));
            }
            var outputNames = File.Outputs.Select(output => output.Name).ToArray();
            using var options = new RunOptions();
            using var outputs = session.Run(options, names, values, outputNames);
            GC.KeepAlive(kept);
            return outputNames.Zip(outputs, (name, output) => (name, Copy(output).MoveToOuterDisposeScope())).ToDictionary();
        }
        catch (OnnxRuntimeException e)
        {
            throw new UserException($"{File.Path}: ONNX Runtime cannot run it: {FirstLine(e)}", e);
        }
        finally
        {
            foreach (var value in values)
                value.Dispose();
        }
    }

    static unsafe OrtValue Wrap(Tensor tensor)
    {
        var bytes = tensor.bytes;
        fixed (byte* start = bytes) // native memory, which does not move
            return OrtValue.CreateTensorValueWithData(
                OrtMemoryInfo.DefaultInstance, TensorElementType.Float, tensor.shape, (nint)start, bytes.Length);
    }

    static Tensor Copy(OrtValue output)
    {
        var info = output.GetTensorTypeAndShape();
        var tensor = empty(info.Shape, ScalarType.Float32);
        output.GetTensorDataAsSpan<byte>().CopyTo(tensor.bytes);
        return tensor;
    }

    static string FirstLine(Exception e) => e.Message.Split('\n')[0].Trim();

    /// <inheritdoc/>
    public void Dispose() => session.Dispose();
}
