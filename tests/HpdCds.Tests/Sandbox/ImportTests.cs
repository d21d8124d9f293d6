using System.Net;
using System.Text;

namespace HpdCds.Tests.Sandbox;

public sealed class ImportTests(EhrFixture ehr) : IClassFixture<EhrFixture>
{
    private const string Patient = """{"resource":{"resourceType":"Patient","id":"ID","name":[{"given":["Iris"],"family":"Import"}],"gender":"female","birthDate":"1970-02-03"}}""";

    [Fact]
    public async Task A_bundle_with_one_patient_joins_the_list_and_has_a_chart()
    {
        var (status, page) = await ImportAsync(Bundle("iris", """{"resource":{"resourceType":"Condition","id":"iris-hcc","code":{"text":"Liver cell carcinoma"},"subject":{"reference":"Patient/iris"}}}"""));
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("<h1>Iris Import</h1>", page, StringComparison.Ordinal);
        Assert.Contains("Liver cell carcinoma", page, StringComparison.Ordinal);
        Assert.Contains("1970-02-03 (56 y)", page, StringComparison.Ordinal);
        var (again, refused) = await ImportAsync(Bundle("iris"));
        Assert.Equal(HttpStatusCode.BadRequest, again);
        Assert.Contains("Patient/iris is already in this sandbox.", refused, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "Nothing was pasted and no file was chosen.")]
    [InlineData("{\n  \"resourceType\": oops }", "Line 2, position 19: this is not JSON.")]
    [InlineData("[]", "This is neither a FHIR Bundle")]
    [InlineData("""{"resourceType":"Patient","id":"x"}""", "This is a Patient; a Bundle with one Patient is needed.")]
    [InlineData("""{"resourceType":"Bundle","type":"collection"}""", "The Bundle holds 0 Patient resources; exactly one is needed.")]
    [InlineData("""{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","gender":"female"}}]}""", "entry[0]: the Patient has no id.")]
    [InlineData("""{"hook":"order-sign"}""", "The request has no hookInstance.")]
    [InlineData("""{"hook":"order-sign","hookInstance":"1"}""", "The request has no context.")]
    public async Task What_cannot_be_taken_in_is_refused_with_a_sentence_that_says_why(string text, string fault)
    {
        var (status, page) = await ImportAsync(text);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(fault, WebUtility.HtmlDecode(page), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_resource_of_somebody_else_is_named()
    {
        var (status, page) = await ImportAsync(Bundle("ivan", """{"resource":{"resourceType":"Condition","id":"c1","code":{"text":"x"},"subject":{"reference":"Patient/bravo"}}}"""));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("entry[1]: Condition/c1 belongs to Patient/bravo, not to Patient/ivan.", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bundle_that_is_not_valid_FHIR_is_refused_whole()
    {
        var (status, page) = await ImportAsync(Bundle("ivy", """{"resource":{"resourceType":"Condition","id":"c2","code":{"text":"x"},"recordedDate":"yesterday","subject":{"reference":"Patient/ivy"}}}"""));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("yesterday", page, StringComparison.Ordinal);
        using var chart = await ehr.Http.GetAsync(new Uri("/patients/ivy", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, chart.StatusCode);
    }

    [Fact]
    public async Task A_request_from_a_file_is_sent_as_it_stands()
    {
        await using var service = await StandInService.StartAsync();
        service.Answer = """{"cards":[{"summary":"From a file","indicator":"info","source":{"label":"Stand-in"}}]}""";
        await using var other = new EhrFixture();
        await other.StartAsync(service.Url);
        const string Request = """{"hook":"order-sign","hookInstance":"3b2c1a00-0000-4000-8000-000000000001","context":{"userId":"Practitioner/1","patientId":"9"},"extra":[1,2]}""";
        using var form = new MultipartFormDataContent { { new StringContent(Request, Encoding.UTF8, "application/json"), "file", "request.json" } };
        using var response = await other.Http.PostAsync(new Uri("/import", UriKind.Relative), form, TestContext.Current.CancellationToken);
        Assert.Contains("From a file", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(Request, Assert.Single(service.Requests).ToJsonString());
    }

    private static string Bundle(string id, params string[] entries) =>
        $$"""{"resourceType":"Bundle","type":"collection","entry":[{{string.Join(',', entries.Prepend(Patient.Replace("ID", id, StringComparison.Ordinal)))}}]}""";

    private async Task<(HttpStatusCode Status, string Page)> ImportAsync(string text)
    {
        using var form = new MultipartFormDataContent { { new StringContent(text), "text" } };
        using var response = await ehr.Http.PostAsync(new Uri("/import", UriKind.Relative), form, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
