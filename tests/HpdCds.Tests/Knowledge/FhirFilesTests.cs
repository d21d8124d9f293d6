using System.Text;
using System.Text.Json;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using HpdCds.Knowledge;

namespace HpdCds.Tests.Knowledge;

public sealed class FhirFilesTests
{
    public static TheoryData<string> FhirFiles =>
        [.. KnowledgeFiles.Shipped().Select(file => file.Name).Where(name => name.StartsWith("valuesets/", StringComparison.Ordinal) || name.StartsWith("structuredefinitions/", StringComparison.Ordinal) || name.StartsWith("codesystems/", StringComparison.Ordinal))];

    public static TheoryData<string> ExampleFiles =>
        [.. Directory.EnumerateFiles(Profiles.RepositoryFolder("fhir-profiles/examples/overlay"), "*.json", SearchOption.AllDirectories)];

    [Theory]
    [MemberData(nameof(FhirFiles))]
    public void Every_shipped_resource_is_strict_fhir(string name)
    {
        var resource = Parse(Profiles.TextOf(name));
        var canonical = Assert.IsAssignableFrom<IVersionableConformanceResource>(resource);
        Assert.Equal($"https://hpdcds.org/fhir/{resource.TypeName}/{Path.GetFileNameWithoutExtension(name)}", canonical.Url);
        Assert.Equal(PublicationStatus.Active, canonical.Status);
        Assert.Equal("1.0.0", canonical.Version);
    }

    [Theory]
    [MemberData(nameof(ExampleFiles))]
    public void The_example_overlay_is_strict_fhir(string path) =>
        Assert.IsType<ValueSet>(Parse(File.ReadAllText(path)));

    [Fact]
    public void Every_extension_in_use_is_defined_and_carries_the_declared_type()
    {
        var defined = All<StructureDefinition>().Where(definition => definition.Type == "Extension").ToDictionary(
            definition => definition.Url!,
            definition => definition.Differential!.Element.Single(element => element.Path == "Extension.value[x]").Type.Single().Code,
            StringComparer.Ordinal);

        var used = All<ValueSet>().SelectMany(set => set.Extension.Concat(Concepts(set).SelectMany(concept => concept.Extension))).ToArray();

        Assert.All(used, extension => Assert.Equal(defined[extension.Url!], extension.Value!.TypeName));
        Assert.Equal(defined.Keys.Order(StringComparer.Ordinal), used.Select(extension => extension.Url!).Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(CodeSystems.Loinc, "Regenstrief")]
    [InlineData(CodeSystems.Snomed, "SNOMED International")]
    [InlineData("http://hl7.org/fhir/sid/icd-10-cm", "World Health Organization")]
    [InlineData("http://terminology.hl7.org/CodeSystem/icd-o-3", "World Health Organization")]
    [InlineData(CodeSystems.Atc, "Oslo")]
    [InlineData(CodeSystems.RxNorm, "National Library of Medicine")]
    [InlineData(CodeSystems.Hcpcs, "American Medical Association")]
    public void Each_value_set_says_whose_codes_it_carries(string system, string owner)
    {
        var sets = All<ValueSet>().Where(set => set.Compose!.Include.Any(include => include.System == system)).ToArray();
        Assert.NotEmpty(sets);
        Assert.All(sets, set => Assert.Contains(owner, set.Copyright, StringComparison.Ordinal));
    }

    [Fact]
    public void Each_shipped_code_names_its_source() =>
        Assert.All(
            All<ValueSet>().SelectMany(Concepts),
            concept => Assert.Contains(concept.Extension, extension => extension.Url!.EndsWith("/source", StringComparison.Ordinal) && extension.Value!.ToString()!.Length > 5));

    private static IEnumerable<T> All<T>()
        where T : Resource =>
        FhirFiles.Select(row => Parse(Profiles.TextOf(row.Data))).OfType<T>();

    private static IEnumerable<ValueSet.ConceptReferenceComponent> Concepts(ValueSet set) =>
        set.Compose!.Include.SelectMany(include => include.Concept);

    private static Resource Parse(string json)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
        var sound = FhirJsonDeserializer.STRICT.TryDeserializeResource(ref reader, out var resource, out var issues);
        Assert.True(sound, string.Join('\n', issues.Select(issue => issue.Message)));
        return resource!;
    }
}
