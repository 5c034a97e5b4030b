using System.Globalization;
using Spectre.Console;
using TalkingHead.Animation;
using TalkingHead.Onnx;

namespace TalkingHead.Cli;

/// <summary>What <c>inspect FILE.onnx</c> shows; for a head, that of a head too.</summary>
static class OnnxInspection
{
    internal static void Run(string path, string? sheet, string? json)
    {
        var file = OnnxFile.Read(path);
        var format = file.Metadata.GetValueOrDefault(OnnxHeadFile.FormatKey) ?? "";
        var table = new Table { Border = TableBorder.Simple, ShowHeaders = false }.AddColumns("", "");
        Row("what", format switch
        {
            OnnxHeadFile.Format => "a head",
            OnnxRunFiles.GeneratorFormat => "a generator, which takes psi",
            OnnxRunFiles.EmbedderFormat => "an embedder, which gives psi",
            _ => $"an ONNX model of {(file.Producer == "" ? "an unknown program" : file.Producer)}",
        });
        Row("takes", string.Join(", ", file.Inputs));
        Row("gives", string.Join(", ", file.Outputs));
        Row("graph", string.Create(CultureInfo.InvariantCulture,
            $"{file.Nodes} operators of opset {file.Opset}, {file.Parameters:N0} numbers"));
        foreach (var key in new[] { "precision", "run", "step", OnnxHeadFile.LicenceKey })
            if (file.Metadata.TryGetValue(key, out var text))
                Row(key, text);
        var checksum = file.ChecksumFits switch
        {
            true => "its checksum is right",
            false => "its checksum is wrong",
            null => "without a checksum"
        };
        Row("file", string.Create(CultureInfo.InvariantCulture, $"{file.Bytes.Length / 1e6:N1} MB, {checksum}"));
        AnsiConsole.Write(table);
        if (format == OnnxHeadFile.Format)
            HeadInspection.Run(path, sheet, json);
        else if (sheet is not null)
            throw UserException.Usage($"{path}: --sheet is for a dataset or a head.");
        else if (json is not null)
            JsonFile.Write(json, Report.Of(file, format));
        if (file.ChecksumFits == false)
            throw OnnxHeadFile.WrongChecksum(path);

        void Row(string name, string value) => table.AddRow(name, Markup.Escape(value));
    }

    // The figures of the JSON file.
    sealed record Report(
        string File, string Format, long Opset, IReadOnlyList<OnnxValue> Inputs, IReadOnlyList<OnnxValue> Outputs, int Nodes,
        long Parameters, bool? ChecksumFits)
    {
        public static Report Of(OnnxFile file, string format) =>
            new(file.Path, format, file.Opset, file.Inputs, file.Outputs, file.Nodes, file.Parameters, file.ChecksumFits);
    }
}
