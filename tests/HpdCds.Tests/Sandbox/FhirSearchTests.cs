using System.Net;
using Hl7.Fhir.Model;
using Task = System.Threading.Tasks.Task;

namespace HpdCds.Tests.Sandbox;

public sealed class FhirSearchTests(EhrFixture ehr) : IClassFixture<EhrFixture>
{
    private const string Loinc = "http%3A%2F%2Floinc.org%7C";

    [Theory]
    [InlineData("code=" + Loinc + "751-8", new[] { "alpha-neut" })]
    [InlineData("code=751-8", new[] { "alpha-neut" })]
    [InlineData("code=" + Loinc + "751-8," + Loinc + "731-0", new[] { "alpha-neut", "alpha-lymph" })]
    [InlineData("code=%7C751-8", new string[0])]
    [InlineData("code=urn:other%7C751-8", new string[0])]
    [InlineData("code=" + Loinc + "&status=final&category=survey", new[] { "alpha-ecog" })]
    [InlineData("code=751-8&code=731-0", new string[0])]
    [InlineData("status=http%3A%2F%2Fhl7.org%2Ffhir%2Fobservation-status%7Cfinal&code=89247-1", new[] { "alpha-ecog" })]
    [Trait("Req", "FS-01")]
    public async Task Tokens_match_by_system_and_code(string query, string[] expected) =>
        Assert.Equal(expected, await ehr.IdsAsync("alpha", $"Observation?patient=alpha&{query}"));

    [Theory]
    [InlineData("patient=bravo", 4)]
    [InlineData("patient=Patient/bravo", 4)]
    [InlineData("subject=Patient/bravo", 4)]
    [InlineData("subject=bravo", 4)]
    [InlineData("subject:Patient=bravo", 4)]
    [InlineData("subject=Group/bravo", 0)]
    public async Task References_match_by_id_and_by_type_and_id(string query, int expected) =>
        Assert.Equal(expected, (await ehr.SearchAsync("bravo", $"Condition?{query}")).Total);

    [Theory]
    [InlineData("problem-list-item", 4)]
    [InlineData("http%3A%2F%2Fterminology.hl7.org%2FCodeSystem%2Fcondition-category%7Cencounter-diagnosis", 1)]
    public async Task Conditions_are_found_by_category(string category, int expected)
    {
        var found = await ehr.SearchAsync("sierra", $"Condition?patient=sierra&category={category}");
        Assert.Equal(expected, found.Total);
    }

    /// <summary>Bravo's ECOG stands at the day 2026-02-19, the other results at 2026-02-23T09:30:00Z.</summary>
    [Theory]
    [InlineData("eq2026-02-19", true)]
    [InlineData("2026-02-19", true)]
    [InlineData("2026-02", true)]
    [InlineData("2026-02-19T10:00:00Z", false)]
    [InlineData("ge2026-02-19", true)]
    [InlineData("gt2026-02-19", false)]
    [InlineData("gt2026-02-18", true)]
    [InlineData("gt2026-02-19T12:00:00Z", true)]
    [InlineData("le2026-02-19", true)]
    [InlineData("lt2026-02-19", false)]
    [InlineData("lt2026-02-19T12:00:00Z", true)]
    [InlineData("lt2026-02-20", true)]
    [InlineData("ge2026-02-19T23:59:00-02:00", false)]
    [InlineData("ne2026-02-19", false)]
    [InlineData("ne2026-02-20", true)]
    [Trait("Req", "FS-04")]
    public async Task Dates_compare_as_the_spans_that_their_precision_means(string date, bool found)
    {
        var ids = await ehr.IdsAsync("bravo", $"Observation?patient=bravo&code=89247-1&date={date}");
        Assert.Equal(found ? ["bravo-ecog"] : [], ids);
    }

    [Theory]
    [InlineData("name=syn", true)]
    [InlineData("name=Brav", true)]
    [InlineData("name=ravo", false)]
    [InlineData("name:contains=ravo", true)]
    [InlineData("family:exact=Bravo", true)]
    [InlineData("family:exact=bravo", false)]
    public async Task Names_match_from_their_start_without_case(string query, bool found) =>
        Assert.Equal(found ? ["bravo"] : [], await ehr.IdsAsync("bravo", $"Patient?{query}"));

    [Fact]
    public async Task Ids_match_as_a_list() =>
        Assert.Equal(["bravo-wbc", "bravo-ldh"], await ehr.IdsAsync("bravo", "Observation?_id=bravo-ldh,bravo-wbc"));

    [Fact]
    [Trait("Req", "FS-05")]
    public async Task Results_sort_by_date_both_ways()
    {
        const string Query = "Observation?patient=quebec&code=751-8&_count=500&_sort=";
        var newestFirst = await ehr.IdsAsync("quebec", Query + "-date");
        var oldestFirst = await ehr.IdsAsync("quebec", Query + "date");
        Assert.Equal(Enumerable.Range(0, 125).Select(week => $"quebec-751-8-{week}"), newestFirst);
        Assert.Equal(newestFirst.Reverse(), oldestFirst);
    }

    [Fact]
    [Trait("Req", "FS-07"), Trait("Req", "FS-08")]
    public async Task Following_next_links_reads_everything_exactly_once()
    {
        var ids = new List<string>();
        var pages = 0;
        string? next = "Observation?patient=quebec&_sort=-date&_count=400&unknown=1";
        while (next is not null)
        {
            var bundle = await ehr.SearchAsync("quebec", next);
            Assert.Equal(1500, bundle.Total);
            ids.AddRange(bundle.Entry.Select(entry => entry.Resource!.Id!));
            next = bundle.NextLink?.ToString();
            pages++;
        }
        Assert.Equal(4, pages);
        Assert.Equal(1500, ids.Distinct().Count());
        Assert.Equal(1500, ids.Count);
    }

    [Fact]
    public async Task A_count_of_zero_only_counts()
    {
        var bundle = await ehr.SearchAsync("alpha", "Observation?patient=alpha&_count=0");
        Assert.Equal(12, bundle.Total);
        Assert.Empty(bundle.Entry);
        Assert.Null(bundle.NextLink);
    }

    [Fact]
    [Trait("Req", "FS-17")]
    public async Task A_search_by_POST_finds_what_a_search_by_GET_finds()
    {
        using var form = new FormUrlEncodedContent([new("patient", "alpha"), new("code", "http://loinc.org|751-8,http://loinc.org|731-0")]);
        using var response = await ehr.SendAsync(ehr.TokenFor("alpha"), HttpMethod.Post, "Observation/_search", form);
        var bundle = await EhrFixture.ReadAsync<Bundle>(response);
        Assert.Equal(["alpha-neut", "alpha-lymph"], bundle.Entry.Select(entry => entry.Resource!.Id));
        Assert.Equal("match", bundle.Entry[0].Search!.ModeElement!.JsonValue);
    }

    [Fact]
    [Trait("Req", "FS-06")]
    public async Task An_unknown_parameter_is_ignored_and_missing_from_the_self_link()
    {
        var bundle = await ehr.SearchAsync("alpha", "Observation?patient=alpha&favourite=1&_include=Observation:subject&_sort=colour");
        Assert.Equal(12, bundle.Total);
        Assert.Equal($"{ehr.Fhir}/Observation?patient=alpha", bundle.SelfLink!.ToString());
    }

    [Theory]
    [InlineData("Observation?patient=bravo&favourite=1")]
    [InlineData("Observation?patient=bravo&_sort=colour")]
    [Trait("Req", "FS-06")]
    public async Task A_strict_client_is_told_about_an_unknown_parameter(string path)
    {
        using var response = await ehr.GetAsync("bravo", path, "handling=strict");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("not-supported", Assert.Single((await EhrFixture.ReadAsync<OperationOutcome>(response)).Issue).CodeElement!.JsonValue);
    }

    [Theory]
    [InlineData("Observation?date=yesterday")]
    [InlineData("Observation?date=xx2026")]
    [InlineData("Observation?date=2026-13")]
    [InlineData("Observation?date=ge")]
    [InlineData("Observation?_count=-1")]
    [InlineData("Observation?code:below=751-8")]
    [InlineData("Observation?code=a%7Cb%7Cc")]
    public async Task A_value_that_cannot_be_read_is_refused(string path)
    {
        using var response = await ehr.GetAsync("bravo", path);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Single((await EhrFixture.ReadAsync<OperationOutcome>(response)).Issue);
    }

    [Fact]
    public async Task A_type_of_which_nobody_has_one_gives_an_empty_answer_and_an_unknown_type_gives_404()
    {
        Assert.Equal(0, (await ehr.SearchAsync("bravo", "MedicationStatement?patient=bravo")).Total);
        using var response = await ehr.GetAsync("bravo", "Prescription?patient=bravo");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Theory]
    [InlineData("Observation/nobody")]
    [InlineData("Prescription/1")]
    [InlineData("a/b/c")]
    public async Task A_read_of_nothing_gives_404_with_an_outcome(string path)
    {
        using var response = await ehr.GetAsync("bravo", path);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("not-found", Assert.Single((await EhrFixture.ReadAsync<OperationOutcome>(response)).Issue).CodeElement!.JsonValue);
    }

    [Fact]
    public async Task Metadata_names_the_searches_that_work()
    {
        using var response = await ehr.SendAsync(null, HttpMethod.Get, "metadata");
        var statement = await EhrFixture.ReadAsync<CapabilityStatement>(response);
        var resources = Assert.Single(statement.Rest).Resource;
        foreach (var type in new[] { "Condition", "MedicationAdministration", "MedicationRequest", "MedicationStatement" })
            Assert.Contains(resources, resource => resource.TypeElement?.JsonValue as string == type);
        var names = resources.Single(resource => resource.TypeElement?.JsonValue as string == "Observation").SearchParam.Select(parameter => parameter.Name);
        Assert.Superset(new HashSet<string?> { "_id", "patient", "subject", "code", "category", "date", "status" }, names.ToHashSet());
    }

    [Fact]
    public async Task A_created_resource_is_found_by_read_and_by_search()
    {
        var token = ehr.TokenFor("hotel");
        const string Body = """
            {"resourceType":"Procedure","status":"completed","code":{"text":"Biopsy"},"subject":{"reference":"Patient/hotel"}}
            """;
        using var created = await ehr.SendAsync(token, HttpMethod.Post, "Procedure", EhrFixture.Json(Body));
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var id = (await EhrFixture.ReadAsync<Procedure>(created)).Id;
        Assert.Equal($"{ehr.Fhir}/Procedure/{id}", created.Headers.Location!.ToString());
        using var read = await ehr.SendAsync(token, HttpMethod.Get, created.Headers.Location.ToString());
        Assert.Equal("Biopsy", (await EhrFixture.ReadAsync<Procedure>(read)).Code!.Text);
        Assert.Equal([id!], await ehr.IdsAsync("hotel", "Procedure?patient=hotel"));
    }

    [Theory]
    [InlineData("", 400)]
    [InlineData("[]", 400)]
    [InlineData("""{"resourceType":"Observation","code":[[{}]],"status":{}}""", 400)]
    [InlineData("null", 400)]
    [InlineData("{}", 400)]
    [InlineData("{\"resourceType\":", 400)]
    [InlineData("""{"resourceType":"Observation"}""", 400)]
    [InlineData("""{"resourceType":"Condition","subject":{"reference":"Patient/bravo"}}""", 400)]
    [InlineData("""{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/alpha"}}""", 403)]
    [InlineData("""{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"DomainResource/bravo"}}""", 201)]
    public async Task A_create_answers_a_bad_body_and_never_breaks(string body, int status)
    {
        using var response = await ehr.SendAsync(ehr.TokenFor("bravo"), HttpMethod.Post, "Observation", EhrFixture.Json(body));
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task A_create_of_something_that_is_not_JSON_gives_415()
    {
        using var text = new StringContent("<Observation/>");
        using var response = await ehr.SendAsync(ehr.TokenFor("bravo"), HttpMethod.Post, "Observation", text);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }
}
