using static TorchSharp.torch;

namespace TorchSharp.Modules;

public abstract partial class OptimizerHelper
{
    /// <summary>Options and states as they are: the dictionary's tensors are the optimiser's own.</summary>
    public virtual StateDictionary state_dict()
    {
        var dictionary = new StateDictionary();
        foreach (var group in _parameter_groups)
        {
            dictionary.Options.Add(group.Options);
            dictionary.StateIndexRef.Add([]);
            foreach (var parameter in group.Parameters)
            {
                dictionary.StateIndexRef[^1].Add(dictionary.State.Count);
                dictionary.State.Add(states[parameter]);
            }
        }
        return dictionary;
    }

    /// <summary>Copies options and states of an optimiser with groups of the same sizes.</summary>
    public virtual void load_state_dict(StateDictionary state_dict)
    {
        if (state_dict.StateIndexRef.Count != _parameter_groups.Count)
            throw new ArgumentException($"The state has {state_dict.StateIndexRef.Count} parameter groups, the optimiser {_parameter_groups.Count}. Load it into an optimiser with the same groups.");
        for (var k = 0; k < _parameter_groups.Count; k++)
        {
            var group = _parameter_groups[k];
            var found = state_dict.StateIndexRef[k];
            if (found.Count != group.Parameters.Count())
                throw new ArgumentException($"Parameter group {k} has {found.Count} parameters in the state, {group.Parameters.Count()} in the optimiser. Load it into an optimiser with the same groups.");
            group.Options.LoadStateDict(state_dict.Options[k]);
            foreach (var (parameter, index) in group.Parameters.Zip(found)) states[parameter].LoadStateDict(state_dict.State[index]);
        }
    }

    /// <summary>Writes the optimiser's name, the numbers of groups and states, the options and the states.</summary>
    public void save_state_dict(BinaryWriter writer)
    {
        var dictionary = state_dict();
        writer.Write(GetType().Name);
        writer.Write7BitEncodedInt64(dictionary.Options.Count);
        writer.Write7BitEncodedInt64(dictionary.State.Count);
        foreach (var options in dictionary.Options) options.SaveStateDict(writer);
        foreach (var state in dictionary.State) state.SaveStateDict(writer);
        writer.Flush();
    }

    public void save_state_dict(string location)
    {
        using var writer = new BinaryWriter(File.Create(location));
        save_state_dict(writer);
    }

    /// <exception cref="InvalidDataException">The file is of another optimiser, of another network, or damaged.</exception>
    public void load_state_dict(BinaryReader reader)
    {
        var dictionary = state_dict();
        var name = reader.ReadString();
        if (name != GetType().Name) throw new InvalidDataException($"The file holds the state of the optimiser \"{name}\", expected {GetType().Name}.");
        Expect(reader, dictionary.Options.Count, "parameter groups");
        Expect(reader, dictionary.State.Count, "parameters");
        foreach (var options in dictionary.Options) options.LoadStateDict(reader);
        foreach (var state in dictionary.State) state.LoadStateDict(reader);
    }

    public void load_state_dict(string location)
    {
        using var reader = new BinaryReader(File.OpenRead(location));
        load_state_dict(reader);
    }

    static void Expect(BinaryReader reader, int wanted, string what)
    {
        var found = reader.Read7BitEncodedInt64();
        if (found != wanted) throw new InvalidDataException($"The optimiser file has {found} {what}, the optimiser {wanted}. Load it into the network it was saved with.");
    }
}
