using System.Text;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace TalkingHead.Configuration;

/// <summary>
/// Reads a two-level YAML file and <c>section.key=value</c> changes strictly: an unknown key, a wrong type or a number
/// out of range is an error; all of them are reported at once.
/// </summary>
sealed class ConfigurationReader(string source)
{
    // Keys that runs and models of before have in their files, and that changed no number.
    static readonly HashSet<string> Gone = ["training.cuda_graphs"];

    // Keys that runs and models of before have in their files under another name.
    static readonly Dictionary<string, string> Renamed = new()
    {
        ["episodes.recolor"] = "color_augmentation",
        ["episodes.surround"] = "background_swap",
        ["optimizer.orthogonal_rate"] = "muon_rate",
        ["optimizer.orthogonal_momentum"] = "muon_momentum",
        ["optimizer.side_by_side"] = "parallel_parts",
    };

    readonly Dictionary<string, (string Text, string Where)> values = [];

    public List<string> Errors { get; } = [];

    public void ReadYaml(string text)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            Errors.Add($"{source}:{e.Start.Line}: not YAML: {e.Message}");
            return;
        }
        if (stream.Documents.Count == 0)
            return;
        if (stream.Documents.Count > 1 || stream.Documents[0].RootNode is not YamlMappingNode root)
        {
            Errors.Add($"{source}: expected one YAML document of sections ({string.Join(", ", Schema.Sections)}).");
            return;
        }
        foreach (var (key, node) in root.Children)
            ReadSection(key.ToString(), node);
    }

    /// <summary>One <c>section.key=value</c> of the command line.</summary>
    public void ReadChange(string change)
    {
        var where = $"--set {change}";
        int equals = change.IndexOf('='), dot = change.IndexOf('.');
        if (dot <= 0 || equals < dot)
        {
            Errors.Add($"{where}: expected section.key=value, for example --set episodes.shots=4.");
            return;
        }
        string section = change[..dot], key = change[(dot + 1)..equals];
        if (KnowsSection(section, where) && KnowsKey(section, key, where))
            values[$"{section}.{key}"] = (change[(equals + 1)..], where);
    }

    public RunConfiguration Bind()
    {
        var configuration = new RunConfiguration();
        foreach (var section in Schema.Keys.GroupBy(key => key.Section))
        {
            var settings = section.Key.GetValue(configuration)!;
            foreach (var key in section)
            {
                if (!values.TryGetValue(key.Path, out var value))
                    continue;
                var (parsed, mistake) = SettingValue.Parse(key, value.Text);
                if (mistake == null)
                    key.Property.SetValue(settings, parsed);
                else
                    Errors.Add($"{value.Where}: {key.Path} is \"{value.Text}\"; expected {mistake}.");
            }
        }
        return configuration;
    }

    public void ThrowIfWrong()
    {
        if (Errors.Count > 0)
            throw UserException.Usage(string.Join(Environment.NewLine, Errors));
    }

    void ReadSection(string section, YamlNode node)
    {
        if (!KnowsSection(section, source))
            return;
        if (node is not YamlMappingNode keys)
        {
            Errors.Add($"{source}:{node.Start.Line}: expected keys and values under \"{section}\".");
            return;
        }
        foreach (var (keyNode, value) in keys.Children)
        {
            var key = Renamed.GetValueOrDefault($"{section}.{keyNode}", keyNode.ToString());
            if (Gone.Contains($"{section}.{key}") || !KnowsKey(section, key, source))
                continue;
            var where = $"{source}:{value.Start.Line}";
            if (value is YamlScalarNode { Value: { } text })
                values[$"{section}.{key}"] = (text, where);
            else
                Errors.Add($"{where}: expected one value for {section}.{key}.");
        }
    }

    bool KnowsSection(string section, string where)
    {
        if (Schema.Sections.Contains(section))
            return true;
        Errors.Add($"{where}: unknown section \"{section}\".{Spelling.Suggestion(section, Schema.Sections)}");
        return false;
    }

    bool KnowsKey(string section, string key, string where)
    {
        var here = Schema.Keys.Where(known => known.SectionName == section).Select(known => known.Name).ToList();
        if (here.Contains(key))
            return true;
        if (Renamed.TryGetValue($"{section}.{key}", out var name))
        {
            Errors.Add($"{where}: {section}.{key} is called {section}.{name} now: write that.");
            return false;
        }
        var suggestion = Spelling.Suggestion(key, here);
        if (suggestion == "" && Schema.Keys.FirstOrDefault(known => known.Name == key) is { } elsewhere)
            suggestion = $" Did you mean \"{elsewhere.Path}\"?";
        Errors.Add($"{where}: unknown key \"{key}\" under \"{section}\".{suggestion}");
        return false;
    }
}

/// <summary>Prints a configuration resolved: every key with its value and its sentence.</summary>
static class ConfigurationWriter
{
    public static string Write(RunConfiguration configuration)
    {
        var text = new StringBuilder();
        foreach (var section in Schema.Keys.GroupBy(key => key.Section))
        {
            var settings = section.Key.GetValue(configuration)!;
            text.Append(section.First().SectionName).Append(":\n");
            foreach (var key in section)
                if (key.Property.GetValue(settings) is { } value)
                    text.Append($"  {key.Name + ":",-23} {SettingValue.Format(value),-10} # {key.Setting.Sentence}\n");
        }
        return text.ToString();
    }
}
