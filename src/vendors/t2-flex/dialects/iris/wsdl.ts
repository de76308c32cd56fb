import { escapeXml } from "./xml-text.ts";

/** Namespace of T2's PlateInfo service. */
export const PLATE_INFO = "http://ws.digitalpaytech.com/plateInfo";

/** The description of the service, from which a SOAP client is made. */
export function describePlateInfoService(address: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<wsdl:definitions name="PlateInfoService" targetNamespace="${PLATE_INFO}" xmlns:tns="${PLATE_INFO}" xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <wsdl:types>
    <xs:schema targetNamespace="${PLATE_INFO}" elementFormDefault="unqualified">
      <xs:element name="PlateInfoByPlateRequest">
        <xs:complexType>
          <xs:sequence>
            <xs:element name="token" type="xs:string"/>
            <xs:element name="plateNumber" type="xs:string"/>
          </xs:sequence>
        </xs:complexType>
      </xs:element>
      <xs:element name="PlateInfoByPlateResponse">
        <xs:complexType>
          <xs:sequence>
            <xs:element name="plateInfo" type="tns:PlateInfoType" minOccurs="0"/>
          </xs:sequence>
        </xs:complexType>
      </xs:element>
      <xs:element name="InfoServiceFault">
        <xs:complexType>
          <xs:sequence>
            <xs:element name="shortErrorMessage" type="xs:string"/>
            <xs:element name="errCode" type="xs:string"/>
          </xs:sequence>
        </xs:complexType>
      </xs:element>
      <xs:complexType name="PlateInfoType">
        <xs:sequence>
          <xs:element name="expiryDate" type="xs:dateTime"/>
          <xs:element name="purchasedDate" type="xs:dateTime"/>
          <xs:element name="plateNumber" type="xs:string"/>
          <xs:element name="regionName" type="xs:string"/>
          <xs:element name="status" type="tns:StatusType"/>
        </xs:sequence>
      </xs:complexType>
      <xs:simpleType name="StatusType">
        <xs:restriction base="xs:string">
          <xs:enumeration value="Valid"/>
          <xs:enumeration value="Expired"/>
        </xs:restriction>
      </xs:simpleType>
    </xs:schema>
  </wsdl:types>
  <wsdl:message name="getPlateInfo">
    <wsdl:part name="parameters" element="tns:PlateInfoByPlateRequest"/>
  </wsdl:message>
  <wsdl:message name="getPlateInfoResponse">
    <wsdl:part name="parameters" element="tns:PlateInfoByPlateResponse"/>
  </wsdl:message>
  <wsdl:message name="InfoServiceFaultMessage">
    <wsdl:part name="fault" element="tns:InfoServiceFault"/>
  </wsdl:message>
  <wsdl:portType name="PlateInfoService">
    <wsdl:operation name="getPlateInfo">
      <wsdl:input message="tns:getPlateInfo"/>
      <wsdl:output message="tns:getPlateInfoResponse"/>
      <wsdl:fault name="InfoServiceFault" message="tns:InfoServiceFaultMessage"/>
    </wsdl:operation>
  </wsdl:portType>
  <wsdl:binding name="PlateInfoServiceSoap" type="tns:PlateInfoService">
    <soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
    <wsdl:operation name="getPlateInfo">
      <soap:operation soapAction="${PLATE_INFO}/getPlateInfo" style="document"/>
      <wsdl:input><soap:body use="literal"/></wsdl:input>
      <wsdl:output><soap:body use="literal"/></wsdl:output>
      <wsdl:fault name="InfoServiceFault"><soap:fault name="InfoServiceFault" use="literal"/></wsdl:fault>
    </wsdl:operation>
  </wsdl:binding>
  <wsdl:service name="PlateInfoService">
    <wsdl:port name="PlateInfoPort" binding="tns:PlateInfoServiceSoap">
      <soap:address location="${escapeXml(address)}"/>
    </wsdl:port>
  </wsdl:service>
</wsdl:definitions>
`;
}
