using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Security.Cryptography;

namespace HpdCds.Benchmarks;

/// <summary>
/// A profile for crossgen2, in the form that it reads: a .NET library whose method <c>AssemblyDictionary</c> names groups of methods by the assemblies
/// they touch, each group a method that loads the token of one method after the other (dotnet/runtime, src/coreclr/tools/dotnet-pgo).
/// </summary>
internal sealed class MibcFile
{
    private const int MaxStack = 8;

    // Stands in a profile for "any class": code that all classes share.
    private const string AnyClass = "System.Private.Canon";

    private static readonly Dictionary<string, byte> Primitives = new(StringComparer.Ordinal)
    {
        ["Boolean"] = 0x02,
        ["Char"] = 0x03,
        ["SByte"] = 0x04,
        ["Byte"] = 0x05,
        ["Int16"] = 0x06,
        ["UInt16"] = 0x07,
        ["Int32"] = 0x08,
        ["UInt32"] = 0x09,
        ["Int64"] = 0x0a,
        ["UInt64"] = 0x0b,
        ["Single"] = 0x0c,
        ["Double"] = 0x0d,
        ["String"] = 0x0e,
        ["IntPtr"] = 0x18,
        ["UIntPtr"] = 0x19,
        ["Object"] = 0x1c,
    };

    private readonly MetadataBuilder _metadata = new();
    private readonly Dictionary<string, AssemblyReferenceHandle> _assemblies = new(StringComparer.Ordinal);
    private readonly Dictionary<(EntityHandle Scope, string Space, string Name), TypeReferenceHandle> _types = [];
    private readonly SortedDictionary<string, InstructionEncoder> _groups = new(StringComparer.Ordinal);
    private readonly Dictionary<ulong, Module> _modules = [];
    private readonly CompiledCode _code;

    private MibcFile(CompiledCode code) => _code = code;

    /// <returns>How many methods.</returns>
    public static int Write(CompiledCode code, string path)
    {
        var file = new MibcFile(code);
        // Only code that is generic is anybody else's to compile. In an order that the threads of the traced run have no part in.
        var methods = code.Methods.Where(method => method.Arguments.Length > 0 || file.IsGeneric(method.Type)).OrderBy(method => method.Name, StringComparer.Ordinal).ThenBy(method => file.Key(method), StringComparer.Ordinal).ToList();
        methods.ForEach(file.Add);
        File.WriteAllBytes(path, file.ToLibrary());
        return methods.Count;
    }

    private bool IsGeneric(ulong type) => _code.Types.TryGetValue(type, out var found) && found.Arguments.Length > 0;

    private string Key(TracedMethod method) => string.Join(' ', method.Arguments.Prepend(method.Type).Select(Told));

    private string Told(ulong type) => _code.Types.TryGetValue(type, out var found) ? $"{found.Token}[{string.Join(',', found.Arguments.Select(Told))}]" : "";

    private void Add(TracedMethod method)
    {
        var home = Open(method.Module);
        var touched = new SortedSet<string>(StringComparer.Ordinal);
        var definition = home.Reader.GetMethodDefinition((MethodDefinitionHandle)MetadataTokens.EntityHandle(method.Token));
        var parent = IsGeneric(method.Type) ? _metadata.AddTypeSpecification(Blob(blob => Encode(method.Type, blob, touched))) : (EntityHandle)ReferTo(home, definition.GetDeclaringType());
        var signature = Blob(blob => new SignatureCopy(home, this, blob).Method(home.Reader.GetBlobReader(definition.Signature)));
        EntityHandle reference = _metadata.AddMemberReference(parent, _metadata.GetOrAddString(home.Reader.GetString(definition.Name)), signature);
        if (method.Arguments.Length > 0)
        {
            reference = _metadata.AddMethodSpecification((MemberReferenceHandle)reference, Blob(blob =>
            {
                blob.WriteByte((byte)SignatureKind.MethodSpecification);
                EncodeAll(method.Arguments, blob, touched);
            }));
        }

        touched.Remove(home.Assembly);
        var name = string.Concat(touched.Prepend(home.Assembly).Select(assembly => assembly + ";"));
        if (!_groups.TryGetValue(name, out var group))
            _groups[name] = group = new InstructionEncoder(new BlobBuilder());
        Load(group, reference);
    }

    private void Encode(ulong id, BlobBuilder blob, SortedSet<string> touched)
    {
        var type = _code.Types[id];
        if (type.Element == (byte)SignatureTypeCode.SZArray)
        {
            blob.WriteByte(type.Element);
            Encode(type.Arguments[0], blob, touched);
            return;
        }

        var home = Open(type.Module);
        var handle = (TypeDefinitionHandle)MetadataTokens.EntityHandle(type.Token);
        var name = home.NameOf(handle);
        if (name == "System.__Canon")
        {
            blob.WriteByte((byte)SignatureTypeKind.Class);
            WriteToken(blob, ReferTo(ReferTo(AnyClass), "System", "__Canon"));
        }
        else if (name.StartsWith("System.", StringComparison.Ordinal) && Primitives.TryGetValue(name["System.".Length..], out var primitive))
        {
            blob.WriteByte(primitive);
        }
        else
        {
            touched.Add(home.Assembly);
            if (type.Arguments.Length > 0)
                blob.WriteByte((byte)SignatureTypeCode.GenericTypeInstance);
            blob.WriteByte((byte)(home.IsValue(handle) ? SignatureTypeKind.ValueType : SignatureTypeKind.Class));
            WriteToken(blob, ReferTo(home, handle));
            if (type.Arguments.Length > 0)
                EncodeAll(type.Arguments, blob, touched);
        }
    }

    private void EncodeAll(ulong[] types, BlobBuilder blob, SortedSet<string> touched)
    {
        blob.WriteCompressedInteger(types.Length);
        foreach (var type in types)
            Encode(type, blob, touched);
    }

    private Module Open(ulong id)
    {
        if (!_modules.TryGetValue(id, out var module))
            _modules[id] = module = new(new PEReader(ImmutableArray.Create(File.ReadAllBytes(_code.Modules[id]))));
        return module;
    }

    private byte[] ToLibrary()
    {
        var bodies = new BlobBuilder();
        var streams = new MethodBodyStreamEncoder(bodies);
        var nothing = Blob(blob => new BlobEncoder(blob).MethodSignature().Parameters(0, returns => returns.Void(), _ => { }));
        var dictionary = new InstructionEncoder(new BlobBuilder());
        foreach (var (name, group) in _groups)
        {
            dictionary.LoadString(_metadata.GetOrAddUserString(name));
            Load(dictionary, Define($"Assemblies_{name}", group));
        }

        Define("AssemblyDictionary", dictionary);
        _metadata.AddModule(0, _metadata.GetOrAddString("start.mibc"), _metadata.GetOrAddGuid(Guid.Empty), default, default);
        _metadata.AddAssembly(_metadata.GetOrAddString("start"), new Version(0, 0, 0, 0), default, default, default, AssemblyHashAlgorithm.None);
        _metadata.AddTypeDefinition(default, default, _metadata.GetOrAddString("<Module>"), default, MetadataTokens.FieldDefinitionHandle(1), MetadataTokens.MethodDefinitionHandle(1));
        var library = new BlobBuilder();
        new ManagedPEBuilder(
            PEHeaderBuilder.CreateLibraryHeader(),
            new MetadataRootBuilder(_metadata),
            bodies,
            deterministicIdProvider: content => BlobContentId.FromHash(SHA256.HashData([.. content.SelectMany(blob => blob.GetBytes())]))).Serialize(library);
        return library.ToArray();

        MethodDefinitionHandle Define(string name, InstructionEncoder body)
        {
            body.OpCode(ILOpCode.Ret);
            return _metadata.AddMethodDefinition(
                MethodAttributes.Public | MethodAttributes.Static, MethodImplAttributes.IL, _metadata.GetOrAddString(name), nothing, streams.AddMethodBody(body, MaxStack), default);
        }
    }

    private static void Load(InstructionEncoder body, EntityHandle token)
    {
        body.OpCode(ILOpCode.Ldtoken);
        body.Token(token);
        body.OpCode(ILOpCode.Pop);
    }

    private BlobHandle Blob(Action<BlobBuilder> write)
    {
        var blob = new BlobBuilder();
        write(blob);
        return _metadata.GetOrAddBlob(blob);
    }

    private static void WriteToken(BlobBuilder blob, TypeReferenceHandle type) => blob.WriteCompressedInteger(CodedIndex.TypeDefOrRefOrSpec(type));

    private TypeReferenceHandle ReferTo(Module home, EntityHandle type)
    {
        if (type.Kind == HandleKind.TypeDefinition)
        {
            var defined = home.Reader.GetTypeDefinition((TypeDefinitionHandle)type);
            var outer = defined.GetDeclaringType();
            return ReferTo(outer.IsNil ? ReferTo(home.Assembly) : ReferTo(home, outer), home.Reader.GetString(defined.Namespace), home.Reader.GetString(defined.Name));
        }

        var referred = home.Reader.GetTypeReference((TypeReferenceHandle)type);
        EntityHandle scope = referred.ResolutionScope.Kind == HandleKind.TypeReference
            ? ReferTo(home, referred.ResolutionScope)
            : ReferTo(home.Reader.GetString(home.Reader.GetAssemblyReference((AssemblyReferenceHandle)referred.ResolutionScope).Name));
        return ReferTo(scope, home.Reader.GetString(referred.Namespace), home.Reader.GetString(referred.Name));
    }

    private AssemblyReferenceHandle ReferTo(string assembly)
    {
        if (!_assemblies.TryGetValue(assembly, out var handle))
            _assemblies[assembly] = handle = _metadata.AddAssemblyReference(_metadata.GetOrAddString(assembly), new Version(0, 0, 0, 0), default, default, default, default);
        return handle;
    }

    private TypeReferenceHandle ReferTo(EntityHandle scope, string space, string name)
    {
        if (!_types.TryGetValue((scope, space, name), out var handle))
            _types[(scope, space, name)] = handle = _metadata.AddTypeReference(scope, _metadata.GetOrAddString(space), _metadata.GetOrAddString(name));
        return handle;
    }

    private sealed record Module(PEReader File)
    {
        public MetadataReader Reader { get; } = File.GetMetadataReader();

        public string Assembly => Reader.GetString(Reader.GetAssemblyDefinition().Name);

        public string NameOf(EntityHandle type) => type.IsNil ? "" : type.Kind switch
        {
            HandleKind.TypeDefinition when Reader.GetTypeDefinition((TypeDefinitionHandle)type) is var defined => $"{Reader.GetString(defined.Namespace)}.{Reader.GetString(defined.Name)}",
            HandleKind.TypeReference when Reader.GetTypeReference((TypeReferenceHandle)type) is var referred => $"{Reader.GetString(referred.Namespace)}.{Reader.GetString(referred.Name)}",
            _ => "",
        };

        public bool IsValue(TypeDefinitionHandle type) =>
            NameOf(Reader.GetTypeDefinition(type).BaseType) is var parent && (parent == "System.Enum" || (parent == "System.ValueType" && NameOf(type) != "System.Enum"));
    }

    /// <summary>The signature of a method with the tokens of another file: II.23.2 of ECMA-335.</summary>
    private sealed class SignatureCopy(Module home, MibcFile file, BlobBuilder copy)
    {
        public void Method(BlobReader signature) => Method(ref signature);

        private void Method(ref BlobReader signature)
        {
            var header = signature.ReadSignatureHeader();
            copy.WriteByte(header.RawValue);
            if (header.IsGeneric)
                Number(ref signature);
            // One more than it has parameters: what it returns.
            for (var left = Number(ref signature); left >= 0; left--)
                Type(ref signature);
        }

        private void Type(ref BlobReader signature)
        {
            var code = signature.ReadByte();
            copy.WriteByte(code);
            switch (code)
            {
                case (byte)SignatureTypeKind.Class or (byte)SignatureTypeKind.ValueType:
                    Token(ref signature);
                    break;
                case (byte)SignatureTypeCode.RequiredModifier or (byte)SignatureTypeCode.OptionalModifier:
                    Token(ref signature);
                    Type(ref signature);
                    break;
                case (byte)SignatureTypeCode.Pointer or (byte)SignatureTypeCode.ByReference or (byte)SignatureTypeCode.SZArray or (byte)SignatureTypeCode.Pinned:
                    Type(ref signature);
                    break;
                case (byte)SignatureTypeCode.GenericTypeParameter or (byte)SignatureTypeCode.GenericMethodParameter:
                    Number(ref signature);
                    break;
                case (byte)SignatureTypeCode.GenericTypeInstance:
                    copy.WriteByte(signature.ReadByte());
                    Token(ref signature);
                    for (var left = Number(ref signature); left > 0; left--)
                        Type(ref signature);
                    break;
                case (byte)SignatureTypeCode.FunctionPointer:
                    Method(ref signature);
                    break;
                case (byte)SignatureTypeCode.Array:
                    throw new NotSupportedException("Arrays of more than one dimension");
            }
        }

        private int Number(ref BlobReader signature)
        {
            var number = signature.ReadCompressedInteger();
            copy.WriteCompressedInteger(number);
            return number;
        }

        private void Token(ref BlobReader signature) => WriteToken(copy, file.ReferTo(home, signature.ReadTypeHandle()));
    }
}
