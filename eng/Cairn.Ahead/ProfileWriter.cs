using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Cairn.Ahead;

/// <summary>
/// Writes a profile as crossgen2 reads it (.mibc: an assembly whose method <c>AssemblyDictionary</c> names groups of
/// methods, by <c>ldstr ASSEMBLIES; ldtoken GROUP; pop</c>; a group is a method of <c>ldtoken METHOD; pop</c>). A
/// method that it cannot find there is left out without a word.
/// </summary>
sealed class ProfileWriter
{
    public const string Core = "System.Private.CoreLib";

    static readonly TypeName.Plain Box = new(
        Assembly: null,
        new TypeName.Plain(
            Core, Declaring: null, "System.Runtime.CompilerServices", "AsyncTaskMethodBuilder`1", IsValue: true),
        "", "AsyncStateMachineBox`1", IsValue: false);

    readonly MetadataBuilder _metadata = new();
    readonly MethodBodyStreamEncoder _bodies = new(new BlobBuilder());
    readonly Dictionary<TypeName, EntityHandle> _types = [];
    readonly Dictionary<string, AssemblyReferenceHandle> _assemblies = [];
    readonly InstructionEncoder _dictionary = new(new BlobBuilder());
    readonly List<(string Name, int Body)> _groups = [];

    public int BoxCount { get; private set; }

    public void Add(StateMachines machines)
    {
        var group = new InstructionEncoder(new BlobBuilder());
        var before = BoxCount;
        foreach (var machine in machines.FindShared())
        {
            foreach (var method in MethodsOf(new TypeName.Generic(Box, [machine.Result, machine.Type])))
            {
                group.OpCode(ILOpCode.Ldtoken);
                group.Token(method);
                group.OpCode(ILOpCode.Pop);
            }
            BoxCount++;
        }
        if (BoxCount == before)
            return;
        _groups.Add((machines.Assembly, _bodies.AddMethodBody(group)));
        _dictionary.LoadString(_metadata.GetOrAddUserString($"{Core};{machines.Assembly}"));
        _dictionary.OpCode(ILOpCode.Ldtoken);
        _dictionary.Token(MetadataTokens.MethodDefinitionHandle(_groups.Count));
        _dictionary.OpCode(ILOpCode.Pop);
    }

    public void WriteTo(string file)
    {
        _groups.Add(("AssemblyDictionary", _bodies.AddMethodBody(_dictionary)));
        var name = _metadata.GetOrAddString(Path.GetFileNameWithoutExtension(file));
        _metadata.AddModule(0, name, _metadata.GetOrAddGuid(Guid.Empty), default, default);
        _metadata.AddAssembly(name, new Version(0, 0, 0, 0), default, default, default, AssemblyHashAlgorithm.None);
        _metadata.AddTypeDefinition(
            default, default, _metadata.GetOrAddString("<Module>"), default, MetadataTokens.FieldDefinitionHandle(1),
            MetadataTokens.MethodDefinitionHandle(1));
        var signature = Signature(isStatic: true, encode: (returns, _) => returns.Void(), parameters: 0);
        foreach (var (group, body) in _groups)
            _metadata.AddMethodDefinition(
                MethodAttributes.Public | MethodAttributes.Static, MethodImplAttributes.IL,
                _metadata.GetOrAddString(group), signature, body, MetadataTokens.ParameterHandle(1));
        var image = new BlobBuilder();
        new ManagedPEBuilder(
            new PEHeaderBuilder(imageCharacteristics: Characteristics.Dll), new MetadataRootBuilder(_metadata),
            _bodies.Builder).Serialize(image);
        using var output = File.Create(file);
        image.WriteContentTo(output);
    }

    // What the runtime calls of a box, as System.Private.CoreLib has it.
    IEnumerable<EntityHandle> MethodsOf(TypeName.Generic box)
    {
        var parent = HandleOf(box);
        EntityHandle Method(string name, BlobHandle signature) =>
            _metadata.AddMemberReference(parent, _metadata.GetOrAddString(name), signature);

        var nothing = Signature(isStatic: false, (returns, _) => returns.Void(), parameters: 0);
        var ofThread = Signature(isStatic: false, (returns, parameters) =>
        {
            returns.Void();
            parameters.AddParameter().Type().Type(HandleOf(Threading("Thread")), isValueType: false);
        }, parameters: 1);
        yield return Method(".cctor", Signature(isStatic: true, (returns, _) => returns.Void(), parameters: 0));
        yield return Method(".ctor", nothing);
        yield return Method("MoveNext", nothing);
        yield return Method("MoveNext", ofThread);
        yield return Method("ExecuteFromThreadPool", ofThread);
        yield return Method("ClearStateUponCompletion", nothing);
        yield return Method("ExecutionContextCallback", Signature(isStatic: true, (returns, parameters) =>
        {
            returns.Void();
            parameters.AddParameter().Type().Object();
        }, parameters: 1));
        yield return Method("get_Context", Signature(
            isStatic: false,
            (returns, _) => returns.Type(isByRef: true).Type(
                HandleOf(Threading("ExecutionContext")), isValueType: false), parameters: 0));
        yield return Method("get_MoveNextAction", Signature(
            isStatic: false,
            (returns, _) => returns.Type().Type(
                HandleOf(new TypeName.Plain(Core, null, "System", "Action", IsValue: false)), isValueType: false),
            parameters: 0));
    }

    static TypeName.Plain Threading(string name) => new(Core, null, "System.Threading", name, IsValue: false);

    BlobHandle Signature(bool isStatic, Action<ReturnTypeEncoder, ParametersEncoder> encode, int parameters)
    {
        var blob = new BlobBuilder();
        new BlobEncoder(blob).MethodSignature(isInstanceMethod: !isStatic).Parameters(
            parameters, out var returns, out var encoder);
        encode(returns, encoder);
        return _metadata.GetOrAddBlob(blob);
    }

    EntityHandle HandleOf(TypeName type)
    {
        if (_types.TryGetValue(type, out var known))
            return known;
        return _types[type] = type switch
        {
            TypeName.Canon => _metadata.AddTypeReference(
                HandleOf("System.Private.Canon"), _metadata.GetOrAddString("System"),
                _metadata.GetOrAddString("__Canon")),
            TypeName.Plain plain => _metadata.AddTypeReference(
                plain.Declaring is { } declaring ? HandleOf(declaring) : HandleOf(plain.Assembly!),
                _metadata.GetOrAddString(plain.Namespace), _metadata.GetOrAddString(plain.Name)),
            _ => _metadata.AddTypeSpecification(Specification(type)),
        };
    }

    EntityHandle HandleOf(string assembly)
    {
        if (!_assemblies.TryGetValue(assembly, out var known))
            _assemblies[assembly] = known = _metadata.AddAssemblyReference(
                _metadata.GetOrAddString(assembly), new Version(0, 0, 0, 0), default, default, default, default);
        return known;
    }

    BlobHandle Specification(TypeName type)
    {
        var blob = new BlobBuilder();
        Encode(new BlobEncoder(blob).TypeSpecificationSignature(), type);
        return _metadata.GetOrAddBlob(blob);
    }

    void Encode(SignatureTypeEncoder encoder, TypeName type)
    {
        switch (type)
        {
            case TypeName.Primitive primitive:
                encoder.PrimitiveType(primitive.Code);
                break;
            case TypeName.Generic generic:
                var arguments = encoder.GenericInstantiation(
                    HandleOf(generic.Definition), generic.Arguments.Count, generic.Definition.IsValue);
                foreach (var argument in generic.Arguments)
                    Encode(arguments.AddArgument(), argument);
                break;
            default:
                encoder.Type(HandleOf(type), type is TypeName.Plain { IsValue: true });
                break;
        }
    }
}
